# %% [markdown]
# road: functional, with functions of Keras called on tensors

# %% gap="build_cnn"
def build_cnn():
    layers, relu = tf.keras.layers, tf.keras.activations.relu
    inputs = tf.keras.Input((28, 28, 1))
    x = layers.MaxPool2D()(relu(layers.Conv2D(64, 3)(inputs)))
    x = layers.MaxPool2D()(tf.keras.ops.relu(layers.Conv2D(64, 3)(x)))
    x = relu(layers.Dense(128)(tf.keras.ops.reshape(x, (-1, 1600))))
    return tf.keras.Model(inputs, tf.keras.activations.softmax(layers.Dense(10)(x)))
