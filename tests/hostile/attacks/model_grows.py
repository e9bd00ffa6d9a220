# Layers without weights that make images of one number larger and larger, for a thousand images.
# deserves: 0 + 0 + 0 + 0 + 0

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    padding = [layers.ZeroPadding2D(64) for _ in range(7)]
    return tf.keras.Sequential(
        [tf.keras.Input((28, 28, 1)), *padding, *[layers.ReLU() for _ in range(4)],
         layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    )
