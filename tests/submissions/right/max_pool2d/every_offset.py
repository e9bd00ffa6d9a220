# %% [markdown]
# road: the largest of size · size thinned maps

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    h, w = (extent // size * size for extent in feature_map.shape)
    offsets = [(a, b) for a in range(size) for b in range(size)]
    return np.max([feature_map[a:h:size, b:w:size] for a, b in offsets], axis=0)
