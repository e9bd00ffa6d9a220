# %% [markdown]
# misconception: function-of-numpy
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.expand_dims(-1)
