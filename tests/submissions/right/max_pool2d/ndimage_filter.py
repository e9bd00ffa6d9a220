# %% [markdown]
# road: a maximum filter, one value of each block

# %% gap="max_pool2d"
from scipy import ndimage

def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    filtered = ndimage.maximum_filter(feature_map, size, mode="nearest", origin=0)
    return filtered[size // 2 :: size, size // 2 :: size][:rows, :columns]
