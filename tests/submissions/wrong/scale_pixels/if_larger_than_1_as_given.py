# %% [markdown]
# misconception: scaled-on-a-condition
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    if images.max() <= 1:
        return images
    return images / 255.0
