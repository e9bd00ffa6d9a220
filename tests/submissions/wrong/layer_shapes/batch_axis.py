# %% [markdown]
# misconception: batch-axis-counted
# score: 0

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": (None, 13, 13, 64),
    "conv_2": (None, 11, 11, 64),
    "pool_2": (None, 5, 5, 64),
    "flatten": (None, 1600),
    "dense_1": (None, 128),
    "dense_2": (None, 10),
}
