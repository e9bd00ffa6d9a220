# %% [markdown]
# misconception: padding-same
# score: 0

# %% gap="convolve2d"
from scipy import ndimage

def convolve2d(image, kernel):
    return ndimage.correlate(image, kernel)
