# %%
import nunpy as np

# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    return feature_map[::size, ::size

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    result = []
    for i in range(0, image.shape[0] - kernel.shape[0] + 1, stride):
        row = []
        for j in range(0, image.shape[1] - kernel.shape[1] + 1, stride):
            patch = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            row.append((patch * kernel).sum())
        result.append(row)
    return result
