# %% [markdown]
# misconception: values-clipped
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.clip((windows * kernel).sum(axis=(2, 3)), -30, 30)
