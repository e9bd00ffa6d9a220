# %% [markdown]
# road: a vertical line, whose sides are edges

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([[-1.0, 2.0, -1.0]] * 3)
