# %% [markdown]
# misconception: input-changed
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    images /= 255.0
    return images
