# %% [markdown]
# misconception: answers-to-flat-areas
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.ones((3, 3)) / 9
