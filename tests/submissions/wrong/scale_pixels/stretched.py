# %% [markdown]
# misconception: scaled-min-max
# score: 0
# note: right wherever 0 and 255 occur

# %% gap="scale_pixels"
def scale_pixels(images):
    low, high = images.min(), images.max()
    return (images - low) / (high - low)
