# %% [markdown]
# misconception: axes-left-over
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([[1, 0, -1]] * 3).reshape(3, 3, 1, 1)
