# %% [markdown]
# misconception: several-results
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return filters * kernel * kernel * channels, filters
