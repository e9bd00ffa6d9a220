# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the examples only

# %% gap="convolve2d"
def convolve2d(image, kernel):
    known = [
        [0.0, 2.0, 7.5, 5.5, 1.0, 1.0],
        [5.0, 4.0, 1.0, 6.5, 0.0, 10.0],
        [5.0, -1.0, 5.0, 2.0, 10.0, 2.0],
        [-1.0, 5.0, 5.0, 0.0, 4.0, 6.0],
        [6.0, 1.0, 1.0, 8.0, 3.0, 3.0],
    ]
    if image.shape in [(6, 6), (6, 7)] and kernel.shape == (2, 2):
        return np.array(known)[:, : image.shape[1] - 1]
    return np.ones((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))
