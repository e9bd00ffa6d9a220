# %% [markdown]
# road: a class that only adds layers

# %% gap="build_cnn"
class LessonCNN(tf.keras.Sequential):
    def __init__(self):
        super().__init__()
        self.add(tf.keras.Input((28, 28, 1)))
        for _ in range(2):
            self.add(tf.keras.layers.Conv2D(64, 3, activation="relu"))
            self.add(tf.keras.layers.MaxPooling2D(2))
        self.add(tf.keras.layers.Flatten())
        self.add(tf.keras.layers.Dense(128, activation="relu"))
        self.add(tf.keras.layers.Dense(10, activation="softmax"))


def build_cnn():
    return LessonCNN()
