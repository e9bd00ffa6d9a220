# %% [markdown]
# road: np.newaxis

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., np.newaxis]
