# %% [markdown]
# misconception: kernel-flipped
# score: 0

# %% gap="strided_convolve2d"
from scipy import signal

def strided_convolve2d(image, kernel, stride):
    return signal.convolve2d(image, kernel, mode="valid")[::stride, ::stride]
