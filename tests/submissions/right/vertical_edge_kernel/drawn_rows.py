# %% [markdown]
# road: rows drawn anew at every call

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return np.random.default_rng().uniform(1, 2, (3, 1)) * np.array([[1.0, 0.0, -1.0]])
