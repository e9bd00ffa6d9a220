# %% [markdown]
# misconception: off-by-one
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, columns = (image.shape[0] - kh + 1) // stride, (image.shape[1] - kw + 1) // stride
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            result[i, j] = (image[top : top + kh, left : left + kw] * kernel).sum()
    return result
