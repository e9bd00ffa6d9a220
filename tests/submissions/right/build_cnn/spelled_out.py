# %% [markdown]
# road: every setting spelled out as Keras has it

# %% gap="build_cnn"
def build_cnn():
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        tf.keras.Input(batch_shape=(None, 28, 28, 1), dtype="float32", name="images"),
        layers.Conv2D(filters=64, kernel_size=3, strides=(1, 1), padding="valid", dilation_rate=1, groups=1,
                      data_format="channels_last", activation="relu", kernel_initializer="he_normal"),
        layers.MaxPooling2D(pool_size=2, strides=None, padding="valid"),
        layers.Conv2D(64, (3, 3), activation="relu", use_bias=True, bias_initializer="ones"),
        layers.MaxPooling2D((2, 2), 2),
        layers.Flatten(),
        layers.Dense(128, activation="relu", kernel_initializer=tf.keras.initializers.Orthogonal()),
        layers.Dense(10, activation="softmax"),
    ])
    return model
