# %% [markdown]
# misconception: one-image-only
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    for image in images:
        return image / 255.0
