# %% [markdown]
# misconception: scaled-twice
# score: 0

# %% gap="prepare"
def prepare(images):
    return (images / 255.0)[..., np.newaxis] / 255.0
