# %% [markdown]
# road: a new array, filled in a loop

# %% gap="scale_pixels"
def scale_pixels(images):
    scaled = np.zeros(images.shape)
    for i, image in enumerate(images):
        scaled[i] = image.astype(float) / 255
    return scaled
