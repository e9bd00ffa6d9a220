# %% [markdown]
# misconception: first-for-largest
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    return feature_map[: rows * size : size, : columns * size : size]
