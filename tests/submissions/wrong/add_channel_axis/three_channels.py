# %% [markdown]
# misconception: channels-repeated
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.stack([images, images, images], axis=-1)
