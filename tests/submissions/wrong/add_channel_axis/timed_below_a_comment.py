# %% [markdown]
# misconception: cell-magic-not-first
# score: 0

# %% gap="add_channel_axis"
# How long does it take?
%%time
def add_channel_axis(images):
    return images[..., np.newaxis]
