# %% [markdown]
# road: np.partition

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    blocks = np.lib.stride_tricks.sliding_window_view(feature_map, (size, size))[::size, ::size]
    return np.partition(blocks.reshape(rows, columns, -1), size * size - 1)[..., -1]
