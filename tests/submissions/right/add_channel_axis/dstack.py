# %% [markdown]
# road: np.dstack, image by image

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.array([np.dstack([image]) for image in images])
