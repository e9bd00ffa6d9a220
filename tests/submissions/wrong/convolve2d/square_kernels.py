# %% [markdown]
# misconception: square-only
# score: 6
# note: breaks on kernels that are not square

# %% gap="convolve2d"
def convolve2d(image, kernel):
    k = kernel.shape[0]
    result = np.zeros((image.shape[0] - k + 1, image.shape[1] - k + 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            result[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return result
