# %% [markdown]
# misconception: kernel-flipped
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kernel = kernel[::-1]
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))
