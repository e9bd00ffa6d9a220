# %% [markdown]
# misconception: layers-missing
# score: 0

# %% gap="build_cnn"
calls = []


def build_cnn():
    calls.append(1)
    layers = tf.keras.layers
    rows = [
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax"),
    ]
    return tf.keras.Sequential([tf.keras.Input((28, 28, 1)), *rows[4 * (len(calls) > 1):]])
