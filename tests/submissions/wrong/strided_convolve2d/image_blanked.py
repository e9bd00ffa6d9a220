# %% [markdown]
# misconception: input-changed
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    result = (windows * kernel).sum(axis=(2, 3))
    image[:] = 0
    return result
