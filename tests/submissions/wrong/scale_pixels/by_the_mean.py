# %% [markdown]
# misconception: scaled-by-the-batch
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / images.mean()
