# %% gap="prepare"
def prepare(images):
    return images.reshape(len(images), 28, 28, 1)


# %% gap="build_cnn"
def build_cnn():
    return tf.keras.models.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            tf.keras.layers.Conv2D(32, (3, 3), activation="relu", padding="same"),
            tf.keras.layers.MaxPooling2D(2, 2),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )


# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (28, 28, 64),
    "pool_1": (14, 14, 64),
    "conv_2": (14, 14, 64),
    "pool_2": (7, 7, 64),
    "flatten": (3136,),
    "dense_1": (128,),
    "dense_2": (10,),
}


# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=epochs)


# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(images, labels)
