# %% [markdown]
# misconception: pooling-for-stride
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    full = (windows * kernel).sum(axis=(2, 3))
    rows, columns = full.shape[0] // stride, full.shape[1] // stride
    blocks = full[: rows * stride, : columns * stride].reshape(rows, stride, columns, stride)
    return blocks.max(axis=(1, 3))
