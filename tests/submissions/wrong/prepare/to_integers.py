# %% [markdown]
# misconception: scaled-to-integers
# score: 0

# %% gap="prepare"
def prepare(images):
    return (images[..., np.newaxis] / 255).astype("uint8")
