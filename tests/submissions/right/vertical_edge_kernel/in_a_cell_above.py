# %% [markdown]
# road: a cell of one's own above the gap's

# %%
def vertical_edge_kernel():
    return np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])

# %% gap="vertical_edge_kernel"
# My answer stands in the cell above.
