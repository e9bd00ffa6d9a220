# %% [markdown]
# road: a Sequential of the convolutions, called on an Input

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    features = tf.keras.Sequential([
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
    ], name="features")
    inputs = tf.keras.Input((28, 28, 1))
    x = layers.Dense(128, activation="relu")(features(inputs))
    outputs = layers.Dense(10, activation="softmax")(x)
    return tf.keras.Model(inputs, outputs)
