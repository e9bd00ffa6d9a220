# %% [markdown]
# road: np.concatenate

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.concatenate([image[np.newaxis, :, :, np.newaxis] for image in images])
