# %% [markdown]
# misconception: ragged-rows
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.array([image[: i + 1] for i, image in enumerate(images)])[..., None]
