# %% [markdown]
# misconception: placeholder-reached
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    """Return a 3 × 3 kernel that responds to vertical edges only."""
    kernel = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    # YOUR CODE HERE
    raise NotImplementedError()
    return kernel
