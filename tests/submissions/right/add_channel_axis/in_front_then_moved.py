# %% [markdown]
# road: an axis in front, moved to the end

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.moveaxis(images[None], 0, -1)
