# %% [markdown]
# road: np.rollaxis

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.rollaxis(images[np.newaxis], 0, 4)
