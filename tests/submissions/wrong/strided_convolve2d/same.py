# %% [markdown]
# misconception: padding-same
# score: 0

# %% gap="strided_convolve2d"
from scipy import signal

def strided_convolve2d(image, kernel, stride):
    return signal.correlate2d(image, kernel, mode="same")[::stride, ::stride]
