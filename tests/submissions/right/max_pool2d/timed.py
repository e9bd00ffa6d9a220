# %% [markdown]
# road: a cell magic in the first line

# %% gap="max_pool2d"
%%time
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return blocks.max(axis=(1, 3))
