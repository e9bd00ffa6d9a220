# %% [markdown]
# misconception: kernel-flipped
# score: 0

# %% gap="convolve2d"
from scipy import signal

def convolve2d(image, kernel):
    return signal.convolve2d(image, kernel, mode="valid")
