# %% [markdown]
# misconception: value-called
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return filters(kernel**2 * channels + 1)
