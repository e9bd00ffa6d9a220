# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the example only

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    if feature_map.shape == (5, 5):
        return np.array([[4.0, 5.0], [-1.0, 7.0]])
    return feature_map[: len(feature_map) // size, : feature_map.shape[1] // size]
