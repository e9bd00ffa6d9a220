# %% [markdown]
# misconception: result-image-sized
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    result = np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            result[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return result
