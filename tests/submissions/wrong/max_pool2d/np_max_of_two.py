# %% [markdown]
# misconception: max-of-two-numbers
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    result = np.zeros((feature_map.shape[0] // size, feature_map.shape[1] // size))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            top = np.max(feature_map[2 * i, 2 * j], feature_map[2 * i, 2 * j + 1])
            low = np.max(feature_map[2 * i + 1, 2 * j], feature_map[2 * i + 1, 2 * j + 1])
            result[i, j] = np.max(top, low)
    return result
