# %% [markdown]
# misconception: hard-coded-size
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(-1, 28, 28, 1)
