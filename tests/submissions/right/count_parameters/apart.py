# %% [markdown]
# road: weights and biases apart

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    weights = filters * channels * kernel**2
    return weights + filters
