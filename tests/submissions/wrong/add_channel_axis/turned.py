# %% [markdown]
# misconception: rows-and-columns-swapped
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.transpose(0, 2, 1)[..., np.newaxis]
