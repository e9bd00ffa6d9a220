# %% [markdown]
# misconception: rows-not-in-one-list
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([1, 0, -1], [1, 0, -1], [1, 0, -1])
