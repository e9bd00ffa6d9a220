# %% [markdown]
# misconception: square-only
# score: 0
# note: dies with a ValueError

# %% gap="add_channel_axis"
def add_channel_axis(images):
    size = images.shape[1]
    return images.reshape(len(images), size, size, 1)
