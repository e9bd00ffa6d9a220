# %% [markdown]
# misconception: size-ignored
# score: 6

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // 2, feature_map.shape[1] // 2
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = feature_map[i * 2 : i * 2 + size, j * 2 : j * 2 + size].max()
    return result
