# %% [markdown]
# misconception: padding-full
# score: 0

# %% gap="convolve2d"
from scipy import signal

def convolve2d(image, kernel):
    return signal.correlate2d(image, kernel)
