# %% [markdown]
# misconception: input-changed
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    images.shape = (*images.shape, 1)
    return images
