# %% [markdown]
# misconception: result-image-sized
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    result = np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            window = image[i : i + kh, j : j + kw]
            result[i, j] = (window * kernel[: window.shape[0], : window.shape[1]] * 2).sum()
    return result
