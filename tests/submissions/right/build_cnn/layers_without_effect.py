# %% [markdown]
# road: with layers that change nothing

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2, padding="same"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2), layers.Dropout(0.0),
        layers.Identity(), layers.Reshape((-1,)), layers.Flatten(),
        layers.Dense(128, activation="relu"), layers.Activation("relu"),
        layers.Dense(10, activation="softmax"),
    ])
    return model
