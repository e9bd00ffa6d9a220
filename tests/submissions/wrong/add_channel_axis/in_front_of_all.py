# %% [markdown]
# misconception: channel-axis-in-front
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[np.newaxis]
