# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    result = [[0] * (image.shape[1] - kw + 1)] * (image.shape[0] - kh + 1)
    for i in range(len(result)):
        for j in range(len(result[0])):
            result[i][j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return result
