# %% [markdown]
# misconception: shape-not-a-tuple
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    n, height, width = images.shape
    scaled = np.zeros(n, height, width)
    scaled[...] = images / 255
    return scaled
