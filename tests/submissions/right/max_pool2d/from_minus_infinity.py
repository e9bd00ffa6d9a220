# %% [markdown]
# road: a running maximum from minus infinity

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.full((rows, columns), -np.inf)
    for a in range(size):
        for b in range(size):
            result = np.maximum(result, feature_map[a::size, b::size][:rows, :columns])
    return result
