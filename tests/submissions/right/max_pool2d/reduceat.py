# %% [markdown]
# road: np.maximum.reduceat

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    cut = feature_map[: rows * size, : columns * size]
    tops = np.maximum.reduceat(cut, np.arange(0, rows * size, size), axis=0)
    return np.maximum.reduceat(tops, np.arange(0, columns * size, size), axis=1)
