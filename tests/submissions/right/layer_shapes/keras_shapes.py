# %% [markdown]
# road: the shapes that Keras computes

# %% gap="layer_shapes"
network = tf.keras.Sequential([tf.keras.Input((28, 28, 1)), tf.keras.layers.Conv2D(64, 3)])
layer_shapes = {"conv_1": network.output_shape[1:]}
for name, layer in {
    "pool_1": tf.keras.layers.MaxPooling2D(2), "conv_2": tf.keras.layers.Conv2D(64, 3),
    "pool_2": tf.keras.layers.MaxPooling2D(2), "flatten": tf.keras.layers.Flatten(),
    "dense_1": tf.keras.layers.Dense(128), "dense_2": tf.keras.layers.Dense(10),
}.items():
    network.add(layer)
    layer_shapes[name] = tf.TensorShape(network.output_shape[1:])
