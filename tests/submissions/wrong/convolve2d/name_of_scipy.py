# %% [markdown]
# misconception: calls-itself
# score: 0

# %% gap="convolve2d"
from scipy.signal import convolve2d

def convolve2d(image, kernel):
    return convolve2d(image, kernel, mode="valid")
