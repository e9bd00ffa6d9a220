# %% [markdown]
# road: divmod

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    steps, rest = divmod(size + 2 * padding - kernel, stride)
    return steps + 1
