# A Lambda layer that runs the student's code wherever the model is built, as an activation.
# deserves: 0 + 10 + 0 + 0 + 0

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    return tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Lambda(lambda x: exec("open('/tmp/hostile-was-here', 'w')") or x),
        layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax"),
    ])
