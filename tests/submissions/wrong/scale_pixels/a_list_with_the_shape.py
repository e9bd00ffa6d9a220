# %% [markdown]
# misconception: several-results
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return [images / 255.0, images.shape]
