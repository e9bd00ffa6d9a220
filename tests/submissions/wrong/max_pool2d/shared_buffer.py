# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="max_pool2d"
buffer = np.zeros((200, 200))

def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return np.max(blocks, axis=(1, 3), out=buffer[:rows, :columns])
