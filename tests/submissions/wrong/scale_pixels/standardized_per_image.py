# %% [markdown]
# misconception: standardized
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    mean = images.mean(axis=(1, 2), keepdims=True)
    return (images - mean) / images.std(axis=(1, 2), keepdims=True)
