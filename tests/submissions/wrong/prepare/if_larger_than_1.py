# %% [markdown]
# misconception: scaled-on-a-condition
# score: 0

# %% gap="prepare"
def prepare(images):
    images = images[..., np.newaxis].astype('float32')
    return images / 255 if images.max() > 1 else images
