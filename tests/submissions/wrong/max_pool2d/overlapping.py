# %% [markdown]
# misconception: pooling-overlaps
# score: 0

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    windows = np.lib.stride_tricks.sliding_window_view(feature_map, (size, size))
    return windows.max(axis=(2, 3))
