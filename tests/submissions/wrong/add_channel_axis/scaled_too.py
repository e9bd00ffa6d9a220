# %% [markdown]
# misconception: scaled-not-asked-for
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., np.newaxis] / 255.0
