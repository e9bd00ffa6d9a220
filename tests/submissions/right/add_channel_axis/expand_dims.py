# %% [markdown]
# road: np.expand_dims

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.expand_dims(images, axis=-1)
