# %% gap="prepare"
def prepare(images):
    return np.stack([image[..., np.newaxis] for image in images]).astype("float32") / 255


# %% gap="build_cnn"
def build_cnn():
    model = tf.keras.models.Sequential()
    model.add(tf.keras.Input((28, 28, 1)))
    for _ in range(2):
        model.add(tf.keras.layers.Conv2D(64, 3, activation="relu"))
        model.add(tf.keras.layers.MaxPooling2D(2))
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(128, activation="relu"))
    model.add(tf.keras.layers.Dense(10, activation="softmax"))
    return model


# %% gap="layer_shapes"
names = ["conv_1", "pool_1", "conv_2", "pool_2", "flatten", "dense_1", "dense_2"]
layer_shapes = {}
for name, layer in zip(names, build_cnn().layers):
    layer_shapes[name] = layer.output.shape[1:]


# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)


# %% gap="evaluate"
def evaluate(model, images, labels):
    right = 0
    for start in range(0, len(images), 100):
        guesses = model.predict(images[start : start + 100], verbose=0).argmax(axis=1)
        right += int((guesses == labels[start : start + 100]).sum())
    return right / len(labels)
