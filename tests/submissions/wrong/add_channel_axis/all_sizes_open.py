# %% [markdown]
# misconception: two-open-sizes
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(-1, -1, -1, 1)
