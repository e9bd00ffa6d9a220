# %% [markdown]
# road: np.prod

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return np.prod([kernel, kernel, channels, filters]) + filters
