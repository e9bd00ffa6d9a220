# %% [markdown]
# misconception: not-scaled
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images.astype("float32")
