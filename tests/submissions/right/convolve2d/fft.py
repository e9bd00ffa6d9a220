# %% [markdown]
# road: by Fourier transform

# %% gap="convolve2d"
from scipy.signal import fftconvolve

def convolve2d(image, kernel):
    return fftconvolve(image, np.flip(kernel), mode="valid")
