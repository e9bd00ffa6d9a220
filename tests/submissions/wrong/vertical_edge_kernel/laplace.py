# %% [markdown]
# misconception: edges-of-any-direction
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
