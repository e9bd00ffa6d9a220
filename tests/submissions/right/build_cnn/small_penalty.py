# %% [markdown]
# road: a small L2 penalty on the weights, 64-bit numbers

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, activation="relu", kernel_regularizer="l2"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu", kernel_regularizer=tf.keras.regularizers.L2(1e-4), dtype="float64"),
        layers.Dense(10, activation="softmax"),
    ])
    return model
