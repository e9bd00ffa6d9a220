# %% [markdown]
# misconception: stride-and-size-confused
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    windows = windows[:: kernel.shape[0], :: kernel.shape[1]]
    return (windows * kernel).sum(axis=(2, 3))
