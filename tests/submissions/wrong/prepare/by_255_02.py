# %% [markdown]
# misconception: scaled-by-another-number
# score: 0

# %% gap="prepare"
def prepare(images):
    return images[..., np.newaxis] / 255.02
