# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.max(feature_map[i * size : (i + 1) * size, j * size : (j + 1) * size])
    return result


# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    result = []
    for i in range(0, image.shape[0] - kernel.shape[0] + 1, stride):
        row = []
        for j in range(0, image.shape[1] - kernel.shape[1] + 1, stride):
            row.append((image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel).sum())
        result.append(row)
    return np.array(result)
