# %% [markdown]
# misconception: placeholder-reached
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape
    if rows % size or columns % size:
        raise NotImplementedError("sizes that do not come out even")
    return feature_map.reshape(rows // size, size, columns // size, size).max(axis=(1, 3))
