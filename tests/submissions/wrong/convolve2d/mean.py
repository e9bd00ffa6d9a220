# %% [markdown]
# misconception: average-for-sum
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).mean(axis=(2, 3))
