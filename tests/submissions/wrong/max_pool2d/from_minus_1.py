# %% [markdown]
# misconception: search-starts-too-high
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            largest = -1
            for a in range(size):
                for b in range(size):
                    if feature_map[i * size + a, j * size + b] > largest:
                        largest = feature_map[i * size + a, j * size + b]
            result[i, j] = largest
    return result
