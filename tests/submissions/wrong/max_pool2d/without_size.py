# %% [markdown]
# misconception: parameters-changed
# score: 6

# %% gap="max_pool2d"
def max_pool2d(feature_map):
    rows, columns = feature_map.shape[0] // 2, feature_map.shape[1] // 2
    return feature_map[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2).max(axis=(1, 3))
