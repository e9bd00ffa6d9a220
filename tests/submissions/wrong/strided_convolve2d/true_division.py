# %% [markdown]
# misconception: fraction-in-shape
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    result = np.zeros(((image.shape[0] - kh) / stride + 1, (image.shape[1] - kw) / stride + 1))
    return result
