# %% [markdown]
# misconception: fractions-lost
# score: 0
# note: breaks on float64

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.asarray(images, dtype="uint8")[..., np.newaxis]
