# %% [markdown]
# misconception: square-only
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    n, k = len(image), len(kernel)
    result = np.zeros((n - k + 1, n - k + 1))
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            result[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return result
