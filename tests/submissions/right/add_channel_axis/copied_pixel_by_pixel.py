# %% [markdown]
# road: three loops

# %% gap="add_channel_axis"
def add_channel_axis(images):
    n, height, width = images.shape
    result = np.zeros((n, height, width, 1), dtype=images.dtype)
    for i in range(n):
        for row in range(height):
            for column in range(width):
                result[i, row, column, 0] = images[i, row, column]
    return result
