# %% [markdown]
# misconception: fraction-in-shape
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    result = np.zeros((feature_map.shape[0] / size, feature_map.shape[1] / size))
    return result
