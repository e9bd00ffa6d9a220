# %% [markdown]
# misconception: channel-axis-twice
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    images = images[..., np.newaxis]
    return np.expand_dims(images, -1)
