# %% [markdown]
# road: np.ndindex and np.vdot

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    result = np.empty(np.subtract(image.shape, kernel.shape) + 1)
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.vdot(image[i : i + kh, j : j + kw], kernel)
    return result
