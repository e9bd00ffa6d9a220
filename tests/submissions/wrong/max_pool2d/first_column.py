# %% [markdown]
# misconception: first-row-for-largest
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return blocks[:, :, :, 0].max(axis=1)
