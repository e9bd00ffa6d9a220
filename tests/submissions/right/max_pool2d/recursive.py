# %% [markdown]
# road: recursion over the rows of blocks

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    if len(feature_map) < size:
        return []
    row = feature_map[:size]
    starts = range(0, feature_map.shape[1] - size + 1, size)
    pooled = [row[:, j : j + size].max() for j in starts]
    return [pooled] + list(max_pool2d(feature_map[size:], size))
