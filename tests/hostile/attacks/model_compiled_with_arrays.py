# compile() with arrays where Keras has numbers and lists: comparing them raises an error.
# deserves: 0 + 0 + 0 + 0 + 0

# %% gap="build_cnn"
def build_cnn():
    model = tf.keras.Sequential(
        [tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)]
    )
    model.compile(loss="mse", loss_weights=np.array([1.0, 2.0]))
    model.get_compile_config = lambda: {
        "optimizer": np.ones(3), "loss": [np.ones(2)], "metrics": np.ones((2, 2)),
        "loss_weights": np.array([1.0, 2.0]), "weighted_metrics": np.ones(3),
    }
    return model
