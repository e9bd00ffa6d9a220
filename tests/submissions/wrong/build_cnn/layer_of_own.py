# %% [markdown]
# misconception: own-activation
# score: 10

# %% gap="build_cnn"
class Squash(tf.keras.layers.Layer):
    def __init__(self, top):
        super().__init__()
        self.top = top

    def call(self, x):
        return tf.clip_by_value(x, 0, self.top)


def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128), Squash(6),
        layers.Dense(10, activation="softmax"),
    ])
    return model
