# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="convolve2d"
calls = []

def convolve2d(image, kernel):
    calls.append(1)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3)) * (1 if len(calls) < 5 else -2)
