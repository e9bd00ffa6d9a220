# %% [markdown]
# misconception: hard-coded-size
# score: 0
# note: breaks on another number of images

# %% gap="prepare"
def prepare(images):
    return images.reshape(2, 28, 28, 1) / 255.0
