# %% [markdown]
# misconception: wrong-activation
# score: 10

# %% gap="build_cnn"
class LessonCNN(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.conv1 = tf.keras.layers.Conv2D(64, 3, activation="relu")
        self.conv2 = tf.keras.layers.Conv2D(64, 3)
        self.pool = tf.keras.layers.MaxPooling2D(2)
        self.flatten = tf.keras.layers.Flatten()
        self.dense1 = tf.keras.layers.Dense(128, activation="relu")
        self.dense2 = tf.keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        x = self.pool(self.conv1(x))
        x = self.pool(tf.keras.ops.leaky_relu(self.conv2(x)))
        x = self.dense1(self.flatten(x))
        return self.dense2(x)


def build_cnn():
    model = LessonCNN()
    model.build((None, 28, 28, 1))
    return model
