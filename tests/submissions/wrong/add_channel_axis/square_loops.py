# %% [markdown]
# misconception: square-only
# score: 0
# note: dies with an IndexError

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, size = len(images), images.shape[2]
    result = np.zeros((*images.shape, 1))
    for i in range(n):
        for row in range(size):
            for column in range(size):
                result[i, row, column, 0] = images[i, row, column]
    return result
