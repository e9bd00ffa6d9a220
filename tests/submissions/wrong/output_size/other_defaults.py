# %% [markdown]
# misconception: parameters-changed
# score: 0

# %% gap="output_size"
def output_size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1
