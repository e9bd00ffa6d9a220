# %% [markdown]
# misconception: examples-only
# also: one-too-many
# score: 0
# note: breaks on odd sizes

# %% gap="convolve2d"
def convolve2d(image, kernel):
    h, w = kernel.shape[0] // 2, kernel.shape[1] // 2
    kernel = kernel[: 2 * h, : 2 * w]
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))
