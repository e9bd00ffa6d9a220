# %% [markdown]
# misconception: array-in-a-condition
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    if images > 1:
        return images / 255.0
    return images
