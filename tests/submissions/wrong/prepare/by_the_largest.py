# %% [markdown]
# misconception: scaled-by-the-batch
# score: 0
# note: right wherever a pixel is 255

# %% gap="prepare"
def prepare(images):
    return np.expand_dims(images, -1) / images.max()
