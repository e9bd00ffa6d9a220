# %% [markdown]
# misconception: standardized
# score: 0

# %% gap="prepare"
def prepare(images):
    images = images[..., np.newaxis]
    return (images - images.mean()) / images.std()
