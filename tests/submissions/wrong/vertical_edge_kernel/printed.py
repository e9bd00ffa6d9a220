# %% [markdown]
# misconception: returned-nothing
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    print(np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]))
