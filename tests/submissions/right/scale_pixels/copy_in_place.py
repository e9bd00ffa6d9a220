# %% [markdown]
# road: a copy, changed in place

# %% gap="scale_pixels"
def scale_pixels(images):
    images = images.astype(float)
    images /= 255
    return images
