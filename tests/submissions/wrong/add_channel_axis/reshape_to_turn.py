# %% [markdown]
# misconception: reshape-as-transpose
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    return images.reshape(n, width, height, 1)
