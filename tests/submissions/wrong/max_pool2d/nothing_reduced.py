# %% [markdown]
# misconception: nothing-reduced
# score: 0

# %% gap="max_pool2d"
from scipy import ndimage

def max_pool2d(feature_map, size=2):
    return ndimage.maximum_filter(feature_map, size)
