# %% [markdown]
# misconception: scaled-around-zero
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    images = images / 255.0
    return images - images.mean()
