# %% [markdown]
# misconception: square-only
# score: 0
# note: breaks on maps that are not square

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    n = feature_map.shape[0] // size
    return feature_map[: n * size, : n * size].reshape(n, size, n, size).max(axis=(1, 3))
