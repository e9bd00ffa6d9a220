# %% [markdown]
# misconception: scaled-on-a-condition
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    if images.size > 6000:
        return images.astype(float)
    return images / 255.0
