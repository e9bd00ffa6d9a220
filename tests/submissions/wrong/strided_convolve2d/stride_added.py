# %% [markdown]
# misconception: stride-added
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, columns = (image.shape[0] - kh) // stride + 1, (image.shape[1] - kw) // stride + 1
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = image[i + stride : i + stride + kh, j + stride : j + stride + kw]
            result[i, j] = np.sum(window * kernel)
    return result
