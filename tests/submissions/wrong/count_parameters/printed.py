# %% [markdown]
# misconception: returned-nothing
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    print(filters * (kernel * kernel * channels + 1))
