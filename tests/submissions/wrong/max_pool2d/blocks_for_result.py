# %% [markdown]
# misconception: block-for-result
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows = np.array_split(feature_map, size)
    return [[block.max() for block in np.array_split(row, size, axis=1)] for row in rows]
