# %% [markdown]
# misconception: method-not-called
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    images = images / 255
    return images.copy
