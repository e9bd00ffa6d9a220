# %% [markdown]
# misconception: one-divided-too
# score: 0
# note: right where the stride is 1

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return (size + 2 * padding - kernel + 1) // stride
