# %% [markdown]
# misconception: reshape-as-transpose
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.flatten().reshape((*images.shape, 1), order="F")
