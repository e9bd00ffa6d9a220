# %% [markdown]
# road: one pooling and one ReLU object used for all

# %% gap="build_cnn"
def build_cnn():
    pool, relu = tf.keras.layers.MaxPooling2D(2), tf.keras.layers.ReLU()
    inputs = tf.keras.Input(shape=(28, 28, 1))
    x = pool(relu(tf.keras.layers.Conv2D(64, 3)(inputs)))
    x = pool(relu(tf.keras.layers.Conv2D(64, 3)(x)))
    x = relu(tf.keras.layers.Dense(128)(tf.keras.layers.Flatten()(x)))
    return tf.keras.Model(inputs=inputs, outputs=tf.keras.layers.Dense(10, "softmax")(x))
