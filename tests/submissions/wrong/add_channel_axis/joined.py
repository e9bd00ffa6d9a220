# %% [markdown]
# misconception: axis-not-there
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.concatenate([images], axis=3)
