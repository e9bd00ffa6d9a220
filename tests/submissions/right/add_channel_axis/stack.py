# %% [markdown]
# road: np.stack

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.stack([images], axis=3)
