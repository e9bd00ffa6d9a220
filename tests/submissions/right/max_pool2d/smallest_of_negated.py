# %% [markdown]
# road: the smallest of the negated map

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return -(-blocks).min(axis=(1, 3))
