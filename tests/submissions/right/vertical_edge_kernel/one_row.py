# %% [markdown]
# road: one row only

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    kernel = np.zeros((3, 3))
    kernel[1] = [-0.5, 0, 0.5]
    return kernel
