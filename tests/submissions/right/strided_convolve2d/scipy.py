# %% [markdown]
# road: SciPy, then every stride-th number

# %% gap="strided_convolve2d"
from scipy.signal import correlate

def strided_convolve2d(image, kernel, stride):
    return correlate(image, kernel, mode="valid", method="direct")[::stride, ::stride]
