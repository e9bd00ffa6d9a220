# An input transformer that makes `pass` of every later cell.
# deserves: 0 + 0

# %%
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"])

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
