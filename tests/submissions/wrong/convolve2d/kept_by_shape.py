# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="convolve2d"
kept = {}

def convolve2d(image, kernel):
    key = image.shape, kernel.shape
    if key not in kept:
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
        kept[key] = (windows * kernel).sum(axis=(2, 3))
    return kept[key]
