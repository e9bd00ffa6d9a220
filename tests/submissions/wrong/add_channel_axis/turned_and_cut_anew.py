# %% [markdown]
# misconception: reshape-as-transpose
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    return images.T.reshape(n, height, width, 1)
