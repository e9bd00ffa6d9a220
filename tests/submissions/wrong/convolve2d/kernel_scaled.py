# %% [markdown]
# misconception: input-changed
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    result = (windows * kernel).sum(axis=(2, 3))
    kernel /= 2
    return result
