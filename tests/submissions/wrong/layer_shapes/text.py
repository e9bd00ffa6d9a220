# %% [markdown]
# misconception: shape-as-text
# score: 2.5

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": "13 x 13 x 64",
    "conv_2": "(11, 11, 64)",
    "pool_2": (5, 5, 64),
    "flatten": ("1600",),
    "dense_1": (128,),
    "dense_2": (10,),
}
