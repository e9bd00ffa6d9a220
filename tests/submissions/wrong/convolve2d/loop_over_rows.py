# %% [markdown]
# misconception: rows-for-indexes
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    return [
        [(image[i : i + kh, j : j + kw] * kernel).sum() for j in image[0, kw - 1 :]]
        for i in image[kh - 1 :]
    ]
