# %% [markdown]
# road: np.arange

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return np.arange(0, size + 2 * padding - kernel + 1, stride).size
