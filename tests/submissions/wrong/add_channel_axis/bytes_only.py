# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.clip(images, 0, 255)[..., np.newaxis]
