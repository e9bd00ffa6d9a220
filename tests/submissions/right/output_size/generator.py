# %% [markdown]
# road: starts added up

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return sum(1 for _ in range(-padding, size + padding - kernel + 1, stride))
