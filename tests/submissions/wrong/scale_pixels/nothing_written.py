# %% [markdown]
# misconception: nothing-written
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    scaled = np.zeros(images.shape)
    for image in scaled:
        image = images / 255.0
    return scaled
