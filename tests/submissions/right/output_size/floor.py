# %% [markdown]
# road: math.floor of a fraction

# %% gap="output_size"
import math

def output_size(size, kernel, stride=1, padding=0):
    return math.floor((size + 2 * padding - kernel) / stride + 1)
