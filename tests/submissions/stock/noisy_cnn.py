# The lesson's network, TensorFlow told to log all it can, and noise within every function.

# %%
import os
import sys
import warnings

tf.get_logger().setLevel("DEBUG")
tf.debugging.set_log_device_placement(False)


def noise():
    print("printed noise", file=sys.stderr)
    os.write(2, b"descriptor noise\n")
    warnings.warn("warned noise")
    tf.get_logger().error("TensorFlow noise")
    tf.print("printed by TensorFlow", output_stream=sys.stderr)

# %% gap="prepare"
def prepare(images):
    noise()
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 255

# %% gap="build_cnn"
def build_cnn():
    noise()
    inputs = tf.keras.Input((28, 28, 1))
    x = inputs
    for _ in range(2):
        x = tf.keras.layers.Conv2D(64, 3)(x)
        x = tf.keras.layers.ReLU()(x)
        x = tf.keras.layers.MaxPool2D()(x)
    x = tf.keras.layers.Flatten()(x)
    x = tf.keras.layers.Dense(128, tf.nn.relu)(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(10, tf.nn.softmax)(x))

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": [26, 26, 64],
    "pool_1": [13, 13, 64],
    "conv_2": [11, 11, 64],
    "pool_2": [5, 5, 64],
    "flatten": [1600],
    "dense_1": 128,
    "dense_2": 10,
}

# %% gap="train"
def train(model, images, labels, epochs):
    noise()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, validation_data=(images[:32], labels[:32]))

# %% gap="evaluate"
def evaluate(model, images, labels):
    noise()
    return model.evaluate(images, labels, return_dict=True)["accuracy"]
