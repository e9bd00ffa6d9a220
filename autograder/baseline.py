"""The lesson's dense model, trained for comparison: `python -m autograder.baseline`.

Prints one line of JSON: parameters, seconds (of training), accuracy (on the test images).
"""

import json
import sys
import time

from course import load_data

EPOCHS = 5
SEED = 1


def train_dense() -> dict[str, float]:
    """Train Flatten, Dense 128 relu, Dense 10 softmax as the lesson does, with a fixed seed."""
    import keras

    keras.utils.set_random_seed(SEED)
    (train_images, train_labels), (test_images, test_labels) = load_data()
    model = keras.Sequential(
        [
            keras.Input(shape=train_images.shape[1:]),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(train_images / 255.0, train_labels, epochs=EPOCHS, verbose=0)
    seconds = time.perf_counter() - start
    _, accuracy = model.evaluate(test_images / 255.0, test_labels, verbose=0)
    return {"parameters": model.count_params(), "seconds": seconds, "accuracy": accuracy}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(train_dense()) + "\n")
