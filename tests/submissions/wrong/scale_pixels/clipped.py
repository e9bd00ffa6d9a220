# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.minimum(images / 255.0, 250 / 255) * (images < 255) + (images == 255)
