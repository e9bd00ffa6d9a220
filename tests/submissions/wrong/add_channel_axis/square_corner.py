# %% [markdown]
# misconception: square-only
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    size = images.shape[1]
    result = np.zeros((*images.shape, 1))
    result[:, :size, :size, 0] = images[:, :size, :size]
    return result
