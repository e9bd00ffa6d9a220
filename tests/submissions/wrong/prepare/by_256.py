# %% [markdown]
# misconception: scaled-by-256
# score: 0

# %% gap="prepare"
def prepare(images):
    return images[..., np.newaxis] / 256
