# %% [markdown]
# misconception: blocks-missing
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    height, width = feature_map.shape
    return [
        [feature_map[i : i + size, j : j + size].max() for j in range(0, width - size, size)]
        for i in range(0, height - size, size)
    ]
