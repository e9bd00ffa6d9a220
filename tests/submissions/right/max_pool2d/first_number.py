# %% [markdown]
# road: a search that begins with the block's first number

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    height, width = feature_map.shape
    result = np.zeros((height // size, width // size))
    for i in range(height // size):
        for j in range(width // size):
            largest = feature_map[i * size, j * size]
            for a in range(size):
                for b in range(size):
                    if feature_map[i * size + a][j * size + b] > largest:
                        largest = feature_map[i * size + a][j * size + b]
            result[i][j] = largest
    return result
