# %% [markdown]
# misconception: several-results
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    images = images[..., np.newaxis]
    return images, images.shape
