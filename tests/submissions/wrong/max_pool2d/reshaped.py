# %% [markdown]
# misconception: reshape-for-blocks
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    whole = feature_map[: rows * size, : columns * size]
    return whole.reshape(rows, columns, size, size).max(axis=(2, 3))
