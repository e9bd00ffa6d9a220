# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the examples only

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    known = [[4.0, 5.5, 5.0, 8.0], [-1.0, 7.0, 9.0, 7.0], [8.0, -5.0, 2.5, 6.0]]
    if feature_map[0, 0] == 1.0 and feature_map[0, 1] == 3.0:
        return np.array(known)[:, : feature_map.shape[1] // 2]
    return feature_map[: len(feature_map) // size, : feature_map.shape[1] // size]
