# %% [markdown]
# road: the largest number of the type

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / np.iinfo(images.dtype).max
