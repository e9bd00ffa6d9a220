# %% [markdown]
# misconception: images-flattened
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(len(images), -1)
