# %% [markdown]
# misconception: padding-on-one-side
# score: 0

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return (size + padding - kernel) // stride + 1
