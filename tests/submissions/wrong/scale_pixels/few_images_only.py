# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    scaled = np.zeros(images.shape)
    scaled[:100] = images[:100] / 255.0
    return scaled
