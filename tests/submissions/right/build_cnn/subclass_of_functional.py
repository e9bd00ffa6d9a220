# %% [markdown]
# road: a class that gives its tensors to Model

# %% gap="build_cnn"
class LessonCNN(tf.keras.Model):
    def __init__(self):
        layers = tf.keras.layers
        inputs = x = tf.keras.Input((28, 28, 1))
        for _ in range(2):
            x = layers.MaxPooling2D()(layers.Conv2D(64, 3, activation="relu")(x))
        x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
        super().__init__(inputs=inputs, outputs=layers.Dense(10, activation="softmax")(x))


def build_cnn():
    return LessonCNN()
