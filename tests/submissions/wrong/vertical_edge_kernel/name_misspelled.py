# %% [markdown]
# misconception:
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edges_kernel():
    return np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])
