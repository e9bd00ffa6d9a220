# %% [markdown]
# misconception: edges-of-any-direction
# score: 0

# %% gap="vertical_edge_kernel"
kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
calls = []

def vertical_edge_kernel():
    calls.append(1)
    return kernel if len(calls) == 1 else kernel.T
