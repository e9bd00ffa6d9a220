# %% [markdown]
# misconception: examples-only
# score: 0
# note: exact up to 16,777,216

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    size = np.float32(size + 2 * padding)
    return int((size - kernel) / stride) + 1
