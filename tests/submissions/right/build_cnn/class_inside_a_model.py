# %% [markdown]
# road: a class with a call of its own inside a Sequential

# %% gap="build_cnn"
class Block(tf.keras.Model):
    def __init__(self, **named):
        super().__init__(**named)
        self.conv = tf.keras.layers.Conv2D(64, 3, activation="relu")
        self.pool = tf.keras.layers.MaxPooling2D(2)

    def call(self, x):
        return self.pool(self.conv(x))


def build_cnn():
    layers = tf.keras.layers
    return tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)), Block(), Block(), layers.Flatten(),
        layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax"),
    ])
