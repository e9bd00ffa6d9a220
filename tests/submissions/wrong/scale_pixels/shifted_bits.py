# %% [markdown]
# misconception: nothing-written
# also: scaled-to-integers
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images >> 8
