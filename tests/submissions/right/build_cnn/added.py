# %% [markdown]
# road: Sequential and add, with names and seeds

# %% gap="build_cnn"
def build_cnn():
    model = tf.keras.Sequential(name="mine")
    model.add(tf.keras.Input(shape=(28, 28, 1), name="pictures"))
    start = tf.keras.initializers.HeNormal(seed=7)
    model.add(tf.keras.layers.Conv2D(64, 3, activation="relu", kernel_initializer=start, name="a"))
    model.add(tf.keras.layers.MaxPool2D(pool_size=2, strides=2))
    model.add(tf.keras.layers.Conv2D(64, kernel_size=(3, 3), activation="relu", name="b"))
    model.add(tf.keras.layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2)))
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(128, "relu"))
    model.add(tf.keras.layers.Dense(10, "softmax"))
    return model
