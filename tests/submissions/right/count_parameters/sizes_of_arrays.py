# %% [markdown]
# road: sizes of arrays

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    weights = np.broadcast_to(0, (kernel, kernel, channels, filters)).size
    return weights + np.broadcast_to(0, filters).size
