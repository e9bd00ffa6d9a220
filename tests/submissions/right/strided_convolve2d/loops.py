# %% [markdown]
# road: loops with a step

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows = range(0, image.shape[0] - kh + 1, stride)
    columns = range(0, image.shape[1] - kw + 1, stride)
    return [[(image[i : i + kh, j : j + kw] * kernel).sum() for j in columns] for i in rows]
