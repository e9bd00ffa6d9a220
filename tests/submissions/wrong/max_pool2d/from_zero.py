# %% [markdown]
# misconception: search-starts-too-high
# score: 0
# note: breaks on negative values

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.zeros((rows, columns))
    for i in range(rows * size):
        for j in range(columns * size):
            place = i // size, j // size
            result[place] = max(result[place], feature_map[i, j])
    return result
