# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return (size + 2 * padding - kernel) // stride + stride
