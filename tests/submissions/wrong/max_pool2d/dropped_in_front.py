# %% [markdown]
# misconception: remainder-dropped-in-front
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    height, width = feature_map.shape
    whole = feature_map[height % size :, width % size :]
    return whole.reshape(height // size, size, width // size, size).max(axis=(1, 3))
