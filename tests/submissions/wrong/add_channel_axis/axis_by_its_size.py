# %% [markdown]
# misconception: examples-only
# score: 0
# note: wrong where there are as many images as rows

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    if n == height:
        images = images.transpose(1, 0, 2)
    return images[..., np.newaxis]
