# %% [markdown]
# misconception: endless-recursion
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return add_channel_axis(images)[..., np.newaxis]
