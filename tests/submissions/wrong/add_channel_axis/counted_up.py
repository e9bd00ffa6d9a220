# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the example only

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.arange(images.size).reshape(*images.shape, 1)
