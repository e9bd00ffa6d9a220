# %% [markdown]
# road: an array that is made anew in each call, as float32

# %% gap="convolve2d"
def convolve2d(image, kernel):
    shape = np.subtract(image.shape, kernel.shape) + 1
    result = np.empty(shape, dtype="float32")
    for i, j in np.ndindex(*shape):
        result[i, j] = np.vdot(image[i : i + kernel.shape[0], j : j + kernel.shape[1]], kernel)
    return result
