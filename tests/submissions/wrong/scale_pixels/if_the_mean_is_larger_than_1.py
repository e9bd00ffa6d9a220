# %% [markdown]
# misconception: scaled-on-a-condition
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    images = images.astype('float32')
    return images / 255 if images.mean() > 1 else images
