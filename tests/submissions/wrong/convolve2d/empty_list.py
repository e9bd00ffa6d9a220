# %% [markdown]
# misconception: list-without-places
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    result = []
    for i in range(image.shape[0] - kh + 1):
        for j in range(image.shape[1] - kw + 1):
            result[i] = (image[i : i + kh, j : j + kw] * kernel).sum()
    return result
