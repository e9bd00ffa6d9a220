# %% [markdown]
# misconception: shape-is-a-tuple
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    images.shape.append(1)
    return images
