# %% [markdown]
# misconception:
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return int.from_text(filters * (kernel * kernel * channels + 1))
