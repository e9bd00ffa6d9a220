# %% [markdown]
# misconception: examples-only
# score: 0
# note: wrong for a single image

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.expand_dims(np.squeeze(images), -1)
