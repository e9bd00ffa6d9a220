# %% [markdown]
# misconception: stride-written-in
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::2, ::2]
    return (windows * kernel).sum(axis=(2, 3))
