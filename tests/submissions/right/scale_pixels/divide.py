# %% [markdown]
# road: np.divide with an output type

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.divide(images, 255.0, dtype=np.float32)
