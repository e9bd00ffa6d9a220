# %% [markdown]
# misconception: largest-product
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).max(axis=(2, 3))
