# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the example only

# %% gap="convolve2d"
def convolve2d(image, kernel):
    if image.shape == (3, 4):
        return np.array([[0.0, 1.0, 5.0], [3.0, 3.0, 1.0]])
    return np.zeros((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))
