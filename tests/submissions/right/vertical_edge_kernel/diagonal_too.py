# %% [markdown]
# road: a kernel with several signs in a column's neighbors

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([[-1, 0, 1], [1, 0, -1], [-1, 0, 1]])
