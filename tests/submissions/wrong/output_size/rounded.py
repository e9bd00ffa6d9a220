# %% [markdown]
# misconception: rounded-up
# score: 0
# note: right where the remainder is at most a half

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return round((size + 2 * padding - kernel) / stride) + 1
