# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the examples only

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    known = {(5, 3, 1, 0): 3, (4, 4, 1, 0): 1, (8, 3, 2, 0): 3, (7, 4, 1, 2): 8}
    known |= {(9, 2, 4, 1): 3, (9, 2, 1, 0): 8}
    return known.get((size, kernel, stride, padding), size)
