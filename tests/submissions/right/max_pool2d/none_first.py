# %% [markdown]
# road: no number at first

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.empty((rows, columns), dtype=feature_map.dtype)
    for i in range(rows):
        for j in range(columns):
            largest = None
            for a in range(size):
                for b in range(size):
                    value = feature_map[i * size + a][j * size + b]
                    if largest is None or value > largest:
                        largest = value
            result[i][j] = largest
    return result
