# %% [markdown]
# road: lists of lists of lists

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return [[[[pixel] for pixel in row] for row in image] for image in images.tolist()]
