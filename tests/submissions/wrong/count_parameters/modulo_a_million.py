# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return filters * (kernel * kernel * channels + 1) % 1_000_000
