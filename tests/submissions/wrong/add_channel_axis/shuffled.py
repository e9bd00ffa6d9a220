# %% [markdown]
# misconception: images-in-another-order
# also: examples-only
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    images = images.copy()
    np.random.default_rng(3).shuffle(images)
    return images[..., np.newaxis]
