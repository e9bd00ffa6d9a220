# %% [markdown]
# road: reshape with -1

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(-1, images.shape[1], images.shape[2], 1)
