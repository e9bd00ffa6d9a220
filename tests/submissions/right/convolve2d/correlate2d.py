# %% [markdown]
# road: scipy.signal.correlate2d

# %% gap="convolve2d"
from scipy import signal

def convolve2d(image, kernel):
    return signal.correlate2d(image, kernel, mode="valid")
