# %% [markdown]
# road: the shape of a copy is set

# %% gap="add_channel_axis"
def add_channel_axis(images):
    images = images.copy()
    images.shape += (1,)
    return images
