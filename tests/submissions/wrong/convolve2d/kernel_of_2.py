# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    result = np.zeros((image.shape[0] - 1, image.shape[1] - 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            for a in range(2):
                for b in range(2):
                    result[i, j] += image[i + a, j + b] * kernel[a, b]
    return result
