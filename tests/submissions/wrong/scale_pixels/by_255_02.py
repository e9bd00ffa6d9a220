# %% [markdown]
# misconception: scaled-by-another-number
# score: 0
# note: within 1e-4, not within 1e-5

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255.02
