# %% [markdown]
# misconception: stride-before-convolution
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    image = image[::stride, ::stride]
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))
