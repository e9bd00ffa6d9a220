# %% [markdown]
# misconception: bias-per-weight
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    weights = filters * kernel**2 * channels
    return weights + weights
