# %% [markdown]
# misconception: parameters-changed
# score: 0

# %% gap="output_size"
def output_size(size, kernel):
    return size - kernel + 1
