# %% [markdown]
# misconception: layers-in-branches
# score: 0

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    inputs = tf.keras.Input((28, 28, 1))
    x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, activation="relu")(inputs))
    x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, activation="relu")(x))
    x = layers.Dense(128, activation="relu")(layers.Flatten()(layers.Add()([x, x])))
    return tf.keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
