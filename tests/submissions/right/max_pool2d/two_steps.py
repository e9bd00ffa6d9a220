# %% [markdown]
# road: rows first, then columns

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    height, width = feature_map.shape
    rows = [feature_map[i : i + size].max(axis=0) for i in range(0, height - size + 1, size)]
    tall = np.stack(rows)
    return np.stack([tall[:, j : j + size].max(1) for j in range(0, width - size + 1, size)], 1)
