# %% [markdown]
# road: lists, in another order

# %% gap="layer_shapes"
layer_shapes = {
    "dense_2": [10],
    "dense_1": [128],
    "flatten": [5 * 5 * 64],
    "pool_2": [5, 5, 64],
    "conv_2": [11, 11, 64],
    "pool_1": [13, 13, 64],
    "conv_1": [26, 26, 64],
}
