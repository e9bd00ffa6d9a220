# %% [markdown]
# misconception: value-called
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images(0) / 255
