# %% [markdown]
# misconception: scaled-on-a-condition
# score: 0
# note: leaves a batch alone whose largest pixel is 0 or 1

# %% gap="scale_pixels"
def scale_pixels(images):
    if images.max() > 1:
        return images / 255.0
    return images.astype(float)
