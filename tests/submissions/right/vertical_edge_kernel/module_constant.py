# %% [markdown]
# road: the same array each time

# %% gap="vertical_edge_kernel"
KERNEL = np.array([[3, 0, -3], [10, 0, -10], [3, 0, -3]], dtype="int8")

def vertical_edge_kernel():
    return KERNEL
