# %% [markdown]
# road: scipy.signal.convolve2d with the kernel flipped back

# %% gap="convolve2d"
from scipy.signal import convolve2d as true_convolution

def convolve2d(image, kernel):
    return true_convolution(image, kernel[::-1, ::-1], mode="valid")
