# %% [markdown]
# road: a list of lists

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
