# %% [markdown]
# misconception: hard-coded-count
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.resize(images, (60000, 28, 28, 1))
