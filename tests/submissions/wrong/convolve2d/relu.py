# %% [markdown]
# misconception: negatives-lost
# score: 0
# note: breaks on negative sums

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.maximum((windows * kernel).sum(axis=(2, 3)), 0)
