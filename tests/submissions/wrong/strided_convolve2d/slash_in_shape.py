# %% [markdown]
# misconception: fraction-in-shape
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    rows = (image.shape[0] - kernel.shape[0]) / stride + 1
    columns = (image.shape[1] - kernel.shape[1]) / stride + 1
    result = np.zeros((rows, columns))
    return result
