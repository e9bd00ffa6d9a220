# %% [markdown]
# misconception: hard-coded-count
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    result = np.zeros((10000, *images.shape[1:], 1))
    result[: len(images), ..., 0] = images
    return result
