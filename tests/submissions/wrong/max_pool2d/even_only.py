# %% [markdown]
# misconception: even-sizes-only
# score: 0
# note: breaks on odd sizes

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    return feature_map.reshape(rows, size, columns, size).max(axis=(1, 3))
