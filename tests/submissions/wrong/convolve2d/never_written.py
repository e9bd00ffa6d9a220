# %% [markdown]
# misconception: nothing-written
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    rows, columns = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            value = (image[i : i + kh, j : j + kw] * kernel).sum()
    return result
