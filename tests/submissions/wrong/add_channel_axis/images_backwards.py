# %% [markdown]
# misconception: images-in-another-order
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[::-1, :, :, np.newaxis]
