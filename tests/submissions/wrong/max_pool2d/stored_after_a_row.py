# %% [markdown]
# misconception: written-after-the-loop
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            block = feature_map[i * size : (i + 1) * size, j * size : (j + 1) * size]
        result[i, j] = block.max()
    return result
