# %% [markdown]
# road: scipy.ndimage.correlate, cut to the valid part

# %% gap="convolve2d"
from scipy import ndimage

def convolve2d(image, kernel):
    (kh, kw), (h, w) = kernel.shape, image.shape
    same = ndimage.correlate(image, kernel, mode="constant")
    return same[kh // 2 : kh // 2 + h - kh + 1, kw // 2 : kw // 2 + w - kw + 1]
