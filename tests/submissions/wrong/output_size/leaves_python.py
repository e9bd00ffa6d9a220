# %% [markdown]
# misconception:
# score: 0

# %% gap="output_size"
import sys


def output_size(size, kernel, stride=1, padding=0):
    sys.exit(f"{(size - kernel + 2 * padding) // stride + 1} positions")
