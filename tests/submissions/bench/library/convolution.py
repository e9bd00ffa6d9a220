# %%
from scipy.signal import correlate2d

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return len(range(0, size + 2 * padding - kernel + 1, stride))


# %% gap="convolve2d"
def convolve2d(image, kernel):
    return correlate2d(image, kernel, mode="valid")


# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.outer([1, 2, 1], [1, 0, -1])


# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return int(np.prod((kernel, kernel, channels, filters))) + filters
