# %% [markdown]
# misconception: pooled-one-way
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows = feature_map.shape[0] // size
    return feature_map[: rows * size].reshape(rows, size, -1).max(axis=1)
