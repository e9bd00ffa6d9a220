# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="convolve2d"
buffer = np.zeros((400, 400))

def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    rows, columns = windows.shape[:2]
    buffer[:rows, :columns] = (windows * kernel).sum(axis=(2, 3))
    return buffer[:rows, :columns]
