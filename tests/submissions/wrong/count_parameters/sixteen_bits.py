# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    count = np.array(filters * (kernel * kernel * channels + 1)).astype('uint16')
    return int(count)
