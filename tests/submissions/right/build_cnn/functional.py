# %% [markdown]
# road: functional, activations in layers of their own

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    inputs = tf.keras.Input((28, 28, 1))
    x = layers.Conv2D(64, 3)(inputs)
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Conv2D(64, 3)(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.ReLU()(layers.Dense(128)(x))
    return tf.keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))
