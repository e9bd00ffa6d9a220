# %% [markdown]
# road: Python's max over a generator, as lists

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    return [
        [
            max(feature_map[i * size + a, j * size + b] for a in range(size) for b in range(size))
            for j in range(columns)
        ]
        for i in range(rows)
    ]
