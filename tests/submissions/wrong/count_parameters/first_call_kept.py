# %% [markdown]
# misconception: examples-only
# score: 0
# note: remembers the channels of the first call

# %% gap="count_parameters"
known = {}

def count_parameters(filters, kernel, channels):
    return known.setdefault((filters, kernel), filters * (kernel * kernel * channels + 1))
