# %% [markdown]
# road: np.matrix

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.matrix("1 0 -1; 2 0 -2; 1 0 -1")
