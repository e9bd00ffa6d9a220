# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="add_channel_axis"
buffers = {}

def add_channel_axis(images):
    result = buffers.setdefault(images.shape, np.zeros((*images.shape, 1)))
    result[..., 0] = images
    return result
