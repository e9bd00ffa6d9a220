# %% [markdown]
# misconception: number-in-a-list
# score: 0

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return [(size + 2 * padding - kernel) // stride + 1]
