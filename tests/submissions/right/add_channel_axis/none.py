# %% [markdown]
# road: None as an index

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[:, :, :, None]
