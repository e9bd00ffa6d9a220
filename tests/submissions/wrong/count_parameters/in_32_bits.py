# %% [markdown]
# misconception: examples-only
# score: 0
# note: exact up to 16,777,216

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return int(np.float32(filters) * (np.float32(kernel) ** 2 * channels + 1))
