# %% [markdown]
# misconception: answers-to-flat-areas
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.array([[-1, 0, 1], [-2, 0, 2], [1, 0, 1]])
