# %% [markdown]
# misconception: examples-only
# score: 0
# note: leaves the pixels 1 alone

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.where(images > 1, images / 255.0, images)
