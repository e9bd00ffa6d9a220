# %% [markdown]
# road: blocks of layers, and a head, in one Sequential

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers

    def block():
        return tf.keras.Sequential([layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2)])

    head = tf.keras.Sequential([
        layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax"),
    ])
    return tf.keras.Sequential([tf.keras.Input((28, 28, 1)), block(), block(), head])
