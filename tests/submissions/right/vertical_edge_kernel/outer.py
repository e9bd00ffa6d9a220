# %% [markdown]
# road: an outer product

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.outer([1, 2, 1], [-1, 0, 1])
