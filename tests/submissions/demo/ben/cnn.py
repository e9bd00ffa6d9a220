# %% gap="prepare"
def prepare(training_images):
    training_images = training_images.reshape(len(training_images), 28, 28, 1)
    training_images = training_images / 255.0
    return training_images


# %% gap="build_cnn"
def build_cnn():
    model = tf.keras.models.Sequential([
      tf.keras.layers.Conv2D(64, (3,3), activation='relu', input_shape=(28, 28, 1)),
      tf.keras.layers.MaxPooling2D(2, 2),
      tf.keras.layers.Conv2D(64, (3,3), activation='relu'),
      tf.keras.layers.MaxPooling2D(2,2),
      tf.keras.layers.Flatten(),
      tf.keras.layers.Dense(128, activation='relu'),
      tf.keras.layers.Dense(10, activation='softmax')
    ])
    model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    model.summary()
    return model


# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": (13, 13, 64),
    "conv_2": (11, 11, 64),
    "pool_2": (5, 5, 64),
    "flatten": 1600,
    "dense_1": 128,
    "dense_2": 10,
}

# %% gap="train"
def train(model, training_images, training_labels, epochs):
    model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return model.fit(training_images, training_labels, epochs=epochs)


# %% gap="evaluate"
def evaluate(model, test_images, test_labels):
    test_loss, test_acc = model.evaluate(test_images, test_labels)
    print("Test loss: ", test_loss)
    print("Test accuracy: ", test_acc * 100, "%")
    return test_acc
