# %% [markdown]
# road: NumPy's integer

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return np.int64((size + 2 * padding - kernel) // stride + 1)
