# %% [markdown]
# misconception: scaled-by-256
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 256
