# %% [markdown]
# road: np.interp

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.interp(images, [0, 255], [0.0, 1.0])
