# %% [markdown]
# misconception: padding-added-last
# score: 0
# note: right without stride or padding

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return (size - kernel) // stride + 1 + 2 * padding
