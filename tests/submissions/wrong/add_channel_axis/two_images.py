# %% [markdown]
# misconception: hard-coded-size
# score: 0
# note: breaks on another number of images

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(2, images.shape[1], images.shape[2], 1)
