# %% [markdown]
# misconception: padding-same
# score: 0
# note: the row that was given is no longer right

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (28, 28, 64),
    "pool_1": (13, 13, 64),
    "conv_2": (11, 11, 64),
    "pool_2": (5, 5, 64),
    "flatten": (1600,),
    "dense_1": (128,),
    "dense_2": (10,),
}
