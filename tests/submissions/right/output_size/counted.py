# %% [markdown]
# road: counted positions

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return len(range(0, size + 2 * padding - kernel + 1, stride))
