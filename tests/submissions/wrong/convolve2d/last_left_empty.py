# %% [markdown]
# misconception: last-positions-empty
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    rows, columns = image.shape[0] - kh, image.shape[1] - kw
    result = np.zeros((rows + 1, columns + 1))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = (image[i : i + kh, j : j + kw] * kernel).sum()
    return result
