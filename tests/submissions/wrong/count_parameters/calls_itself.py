# %% [markdown]
# misconception: endless-recursion
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return filters + count_parameters(filters - 1, kernel, channels)
