"""The lesson's two models, and the test accuracy that each reaches."""

from typing import Any

from course.data.idx import CLASSES, IMAGE_SHAPE, Dataset


def measure(data: Dataset, seed: int, epochs: int = 5) -> dict[str, float]:
    """Train the lesson's two models on `data`; return each one's test accuracy in 0…1."""
    import keras

    (images, labels), (test_images, test_labels) = data
    accuracies = {}
    for name, layers in (("dense", dense_layers()), ("cnn", cnn_layers())):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((*IMAGE_SHAPE, 1)), *layers])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(images[..., None] / 255.0, labels, epochs=epochs, verbose=0)
        scores = model.evaluate(test_images[..., None] / 255.0, test_labels, verbose=0)
        accuracies[name] = float(scores[1])
    return accuracies


def dense_layers() -> list[Any]:
    """The layers of the lesson's dense network, new ones at each call."""
    from keras import layers

    return [
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(CLASSES, activation="softmax"),
    ]


def cnn_layers() -> list[Any]:
    """The layers of the lesson's CNN, new ones at each call."""
    from keras import layers

    convolutions = [
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D(2, 2),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D(2, 2),
    ]
    return convolutions + dense_layers()
