# %% [markdown]
# misconception: channel-axis-in-front
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.expand_dims(images, 1)
