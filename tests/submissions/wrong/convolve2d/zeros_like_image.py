# %% [markdown]
# misconception: result-image-sized
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    result = np.zeros_like(image)
    for i in range(image.shape[0] - kh + 1):
        for j in range(image.shape[1] - kw + 1):
            result[i, j] = (image[i : i + kh, j : j + kw] * kernel).sum()
    return result
