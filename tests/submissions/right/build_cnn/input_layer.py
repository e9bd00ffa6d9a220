# %% [markdown]
# road: InputLayer, padding spelled out, Reshape for Flatten

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    return tf.keras.Sequential([
        layers.InputLayer(shape=(28, 28, 1)),
        layers.Conv2D(64, 3, strides=1, padding="valid", activation=tf.keras.activations.relu),
        layers.MaxPooling2D(2, padding="valid"),
        layers.Conv2D(64, 3, activation=layers.ReLU()),
        layers.MaxPooling2D(2),
        layers.Reshape((1600,)),
        layers.Dense(units=128, activation="relu"),
        layers.Dense(units=10, activation="softmax"),
    ])
