# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    return (size + 2 * padding - kernel) // stride


# %%
from scipy.signal import convolve2d as scipy_convolve2d

# %% gap="convolve2d"
def convolve2d(image, kernel):
    return scipy_convolve2d(image, kernel, mode="valid")


# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])


# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    return filters * kernel * kernel * channels
