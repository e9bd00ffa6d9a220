# %% [markdown]
# misconception: stride-and-size-confused
# score: 0
# note: right where stride and kernel are equal

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    windows = windows[:: kernel.shape[0], :: kernel.shape[1]]
    return (windows * kernel).sum(axis=(2, 3))
