# Weights that are no numbers, of other shapes, or too many for the memory.
# deserves: 0 + 0 + 0 + 0 + 0

# %% gap="build_cnn"
def build_cnn():
    return tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)), *(tf.keras.layers.Flatten() for _ in range(3)),
        *(tf.keras.layers.Dense(4096) for _ in range(12)),
    ])


# %% gap="train"
def train(model, images, labels, epochs):
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    history = tf.keras.callbacks.History()
    history.history = {"loss": [float("nan")] * epochs}
    return history


# %% gap="evaluate"
def evaluate(model, images, labels):
    model.set_weights([np.full_like(array, np.inf) for array in model.get_weights()])
    return float("nan")
