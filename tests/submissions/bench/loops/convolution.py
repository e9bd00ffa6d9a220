# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    positions, at = 0, 0
    while at + kernel <= size + 2 * padding:
        positions += 1
        at += stride
    return positions


# %% gap="convolve2d"
def convolve2d(image, kernel):
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = (image[i : i + height, j : j + width] * kernel).sum()
    return result


# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return [[1, 0, -1], [1, 0, -1], [1, 0, -1]]


# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    total = 0
    for _ in range(filters):
        total += kernel**2 * channels
        total += 1
    return total
