# %% [markdown]
# misconception: input-missing
# score: 0

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    return tf.keras.Sequential([
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax"),
    ])
