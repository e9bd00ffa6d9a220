# %% [markdown]
# misconception: nothing-reduced
# score: 1.666667

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": (26, 26, 64),
    "conv_2": (24, 24, 64),
    "pool_2": (24, 24, 64),
    "flatten": (36864,),
    "dense_1": (128,),
    "dense_2": (10,),
}
