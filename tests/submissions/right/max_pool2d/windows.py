# %% [markdown]
# road: every size-th window

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    windows = np.lib.stride_tricks.sliding_window_view(feature_map, (size, size))
    return windows[::size, ::size].max(axis=(-1, -2))
