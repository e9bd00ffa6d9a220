# %% [markdown]
# misconception: filters-forgotten
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return kernel * kernel * channels
