# %% [markdown]
# road: ReLU behind the pooling, which computes the same

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3),
        layers.MaxPooling2D(2), layers.Activation("relu"),
        layers.Conv2D(64, 3),
        layers.MaxPooling2D(2),
        layers.Flatten(), layers.ReLU(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    return model
