# %% [markdown]
# road: windows counted by the size

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, columns = (image.shape[0] - kh) // stride + 1, (image.shape[1] - kw) // stride + 1
    result = np.zeros((rows, columns), dtype="float32")
    for a in range(kh):
        for b in range(kw):
            part = image[a : a + (rows - 1) * stride + 1 : stride]
            result += kernel[a, b] * part[:, b : b + (columns - 1) * stride + 1 : stride]
    return result
