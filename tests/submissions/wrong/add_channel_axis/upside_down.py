# %% [markdown]
# misconception: images-turned
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[:, ::-1, :, np.newaxis]
