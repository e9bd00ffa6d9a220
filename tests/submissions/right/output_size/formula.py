# %% [markdown]
# road: the formula

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    size = size + 2 * padding
    return (size - kernel) // stride + 1
