# %% [markdown]
# misconception: ragged-rows
# score: 0

# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    return [[-1, 0, 1], [-1, 0, 1], [-1, 1]]
