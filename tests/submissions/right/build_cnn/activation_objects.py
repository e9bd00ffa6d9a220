# %% [markdown]
# road: activations as objects and functions

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, activation=layers.ReLU()),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation=tf.keras.activations.relu),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation=tf.keras.ops.relu),
        layers.Dense(10, activation=layers.Softmax()),
    ])
    return model
