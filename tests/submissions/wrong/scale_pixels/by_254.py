# %% [markdown]
# misconception: scaled-by-another-number
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 254
