# %% [markdown]
# misconception: count-with-fraction
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return float(filters * (kernel * kernel * channels + 1))
