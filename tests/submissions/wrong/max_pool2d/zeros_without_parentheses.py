# %% [markdown]
# misconception: shape-not-a-tuple
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            result[i, j] = feature_map[i * size : (i + 1) * size, j * size : (j + 1) * size].max()
    return result
