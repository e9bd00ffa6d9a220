# %% [markdown]
# misconception: shape-as-a-number
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    result = np.zeros(image.shape - kernel.shape + 1)
    return result
