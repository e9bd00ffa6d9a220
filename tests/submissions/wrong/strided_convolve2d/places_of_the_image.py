# %% [markdown]
# misconception: index-beyond-the-end
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, columns = (image.shape[0] - kh) // stride + 1, (image.shape[1] - kw) // stride + 1
    result = np.zeros((rows, columns))
    for i in range(0, image.shape[0] - kh + 1, stride):
        for j in range(0, image.shape[1] - kw + 1, stride):
            result[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return result
