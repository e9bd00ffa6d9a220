# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    result = np.zeros((*images.shape, 1))
    result[:100, ..., 0] = images[:100]
    return result
