# %% [markdown]
# misconception: hard-coded-count
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(60000, 28, 28, 1)
