# %% [markdown]
# misconception: scaled-by-the-batch
# score: 0
# note: right wherever a pixel is 255

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / images.max()
