# %% [markdown]
# misconception: scaled-min-max
# score: 0

# %% gap="prepare"
def prepare(images):
    low, high = images.min(), images.max()
    return ((images - low) / (high - low))[..., np.newaxis]
