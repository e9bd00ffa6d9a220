# %% [markdown]
# road: int of a fraction

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return int((size - kernel + 2 * padding) / stride) + 1
