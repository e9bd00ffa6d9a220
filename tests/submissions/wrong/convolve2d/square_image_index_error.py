# %% [markdown]
# misconception: square-only
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    n, k = image.shape[1], len(kernel)
    result = np.zeros((n - k + 1, n - k + 1))
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            for a in range(k):
                for b in range(k):
                    result[i, j] += image[i + a, j + b] * kernel[a, b]
    return result
