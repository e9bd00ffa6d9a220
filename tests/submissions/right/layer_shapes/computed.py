# %% [markdown]
# road: read from a model of their own

# %% gap="layer_shapes"
layers = tf.keras.layers
network = tf.keras.Sequential([
    tf.keras.Input((28, 28, 1)), layers.Conv2D(64, 3), layers.MaxPooling2D(2), layers.Conv2D(64, 3),
    layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(128), layers.Dense(10),
])
names = ["conv_1", "pool_1", "conv_2", "pool_2", "flatten", "dense_1", "dense_2"]
layer_shapes = {name: layer.output.shape[1:] for name, layer in zip(names, network.layers)}
