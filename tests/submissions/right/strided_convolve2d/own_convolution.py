# %% [markdown]
# road: a function of its own for stride 1

# %% gap="strided_convolve2d"
def convolved(image, kernel):
    kh, kw = kernel.shape
    return [
        [np.sum(image[i : i + kh, j : j + kw] * kernel) for j in range(image.shape[1] - kw + 1)]
        for i in range(image.shape[0] - kh + 1)
    ]

def strided_convolve2d(image, kernel, stride):
    return [row[::stride] for row in convolved(image, kernel)[::stride]]
