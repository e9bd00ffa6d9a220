# %% [markdown]
# misconception: first-row-for-largest
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    return [
        [
            max(feature_map[i * size + a, j * size + a] for a in range(size))
            for j in range(feature_map.shape[1] // size)
        ]
        for i in range(feature_map.shape[0] // size)
    ]
