# %% [markdown]
# misconception: layer-frozen
# score: 0

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    features = tf.keras.Sequential([
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
    ])
    features.trainable = False
    return tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)), features,
        layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax"),
    ])
