# %% [markdown]
# misconception: answer-below-its-check
# also: nothing
# score: 0

# %% gap="add_channel_axis"
# My answer stands at the end.

# %%
def add_channel_axis(images):
    return images[..., np.newaxis]
