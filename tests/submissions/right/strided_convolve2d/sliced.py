# %% [markdown]
# road: all positions, of which every stride-th is kept

# %% gap="strided_convolve2d"
from scipy import signal

def strided_convolve2d(image, kernel, stride):
    return signal.correlate2d(image, kernel, mode="valid")[::stride, ::stride]
