# %% [markdown]
# misconception: images-flattened
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images.reshape(len(images), -1) / 255.0
