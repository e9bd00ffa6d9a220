# %% [markdown]
# misconception: shape-not-a-tuple
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    result = np.zeros(n, height, width, 1)
    result[..., 0] = images
    return result
