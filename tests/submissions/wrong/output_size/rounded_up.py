# %% [markdown]
# misconception: rounded-up
# score: 0

# %% gap="output_size"
import math

def output_size(size, kernel, stride=1, padding=0):
    return math.ceil((size + 2 * padding - kernel) / stride) + 1
