# %% [markdown]
# misconception: several-results
# score: 0

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    side = (size + 2 * padding - kernel) // stride + 1
    return side, side
