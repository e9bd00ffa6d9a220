# %% [markdown]
# misconception: digits-lost
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.round(images, 3)[..., np.newaxis]
