# %% [markdown]
# road: arrays, and whole numbers with a point

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": np.array([13, 13, 64]),
    "conv_2": (11.0, 11.0, 64),
    "pool_2": [11 // 2, 11 // 2, 64],
    "flatten": 5 * 5 * 64,
    "dense_1": np.array(128),
    "dense_2": (10,),
}
