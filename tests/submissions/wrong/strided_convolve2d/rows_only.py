# %% [markdown]
# misconception: stride-one-way
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, columns = (image.shape[0] - kh) // stride + 1, (image.shape[1] - kw) // stride + 1
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j
            result[i, j] = (image[top : top + kh, left : left + kw] * kernel).sum()
    return result
