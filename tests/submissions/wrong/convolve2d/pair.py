# %% [markdown]
# misconception: several-results
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    result = (windows * kernel).sum(axis=(2, 3))
    return result, result.shape
