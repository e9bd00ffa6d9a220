# %% [markdown]
# misconception: kernel-written-in
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return filters * (3 * 3 * channels + 1)
