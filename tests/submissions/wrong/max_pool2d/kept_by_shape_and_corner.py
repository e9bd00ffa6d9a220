# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="max_pool2d"
kept = {}

def max_pool2d(feature_map, size=2):
    key = feature_map.shape, size, abs(feature_map[0, 0])
    if key not in kept:
        rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
        blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
        kept[key] = blocks.max(axis=(1, 3))
    return kept[key]
