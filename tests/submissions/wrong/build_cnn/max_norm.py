# %% [markdown]
# misconception: weights-constrained
# score: 0

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu", kernel_constraint=tf.keras.constraints.MaxNorm(1e-3)),
        layers.Dense(10, activation="softmax"),
    ])
    return model
