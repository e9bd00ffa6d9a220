# %% [markdown]
# misconception: 
# score: 4.166667

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": (13, 13, 64),
    "conv_2": (11, 11, 64),
    "pool_2": (5, 5, 64),
    "flatten": None,
    "dense_1": (128,),
    "dense_2": (10,),
}
