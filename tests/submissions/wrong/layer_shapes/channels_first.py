# %% [markdown]
# misconception: channel-axis-in-front
# score: 2.5

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": (64, 13, 13),
    "conv_2": (64, 11, 11),
    "pool_2": (64, 5, 5),
    "flatten": 1600,
    "dense_1": 128,
    "dense_2": 10,
}
