# %% [markdown]
# misconception: answers-to-nothing
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.zeros((3, 3))
