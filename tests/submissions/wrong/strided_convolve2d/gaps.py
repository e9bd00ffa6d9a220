# %% [markdown]
# misconception: gaps-in-the-result
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    result = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(0, result.shape[0], stride):
        for j in range(0, result.shape[1], stride):
            result[i, j] = (image[i : i + kh, j : j + kw] * kernel).sum()
    return result
