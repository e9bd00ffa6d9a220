# %% [markdown]
# misconception: fraction-in-shape
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    return images.reshape(n, height, images.size / n / height, 1)
