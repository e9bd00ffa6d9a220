# %% [markdown]
# road: reshape with the shape's own numbers

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    return images.reshape((n, height, width, 1))
