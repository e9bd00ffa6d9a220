# %% [markdown]
# road: np.true_divide into an array of its own

# %% gap="scale_pixels"
def scale_pixels(images):
    result = np.empty(images.shape, dtype='float32')
    np.true_divide(images, 255, out=result, casting='unsafe')
    return result
