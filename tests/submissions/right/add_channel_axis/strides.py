# %% [markdown]
# road: as_strided

# %% gap="add_channel_axis"
def add_channel_axis(images):
    shape, strides = (*images.shape, 1), (*images.strides, 0)
    return np.lib.stride_tricks.as_strided(images, shape, strides)
