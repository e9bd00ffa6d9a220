"""Time our CNN training against the lesson's own script, in turn, in one run.

    python tests/benchmarks/lesson_script.py [ROUNDS] [IMAGES] [EPOCHS]

A round is ours, then the lesson's. Medians and ranges of seconds and test accuracy are printed, and
those of the rounds' ratios. It needs the real images (FASHION_MNIST_DIR), because the script loads
them through Keras, which is given them as its cache. With fewer IMAGES than 60,000, for a short
run, both train on the first of them.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from support.bench_class import note

ROOT = Path(__file__).resolve().parents[2]
IMAGES, EPOCHS = 60_000, 5

# The lesson's code, as it was given, with the accuracy printed as JSON at the end.
LESSON = """
import tensorflow as tf
print(tf.__version__)
mnist = tf.keras.datasets.fashion_mnist
(training_images, training_labels), (test_images, test_labels) = mnist.load_data()
training_images=training_images.reshape(60000, 28, 28, 1)
training_images=training_images / 255.0
test_images = test_images.reshape(10000, 28, 28, 1)
test_images=test_images/255.0
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
model.fit(training_images, training_labels, epochs=5)
test_loss, test_acc = model.evaluate(test_images, test_labels)
import json
print(json.dumps({"accuracy": test_acc}))
"""

OURS_BEFORE = """
import numpy as np
import tensorflow as tf
from course import load_data
tf.keras.utils.set_random_seed(1)
(train_images, train_labels), (test_images, test_labels) = load_data()
"""
OURS_AFTER = """
model = build_cnn()
model.summary()
train(model, prepare(train_images), train_labels, epochs=5)
import json
print(json.dumps({"accuracy": evaluate(model, prepare(test_images), test_labels)}))
"""


def our_script() -> str:
    """Put the reference solution's gaps into a script that does what the lesson's does."""
    source = nbformat.read(ROOT / "solutions" / "cnn" / "cnn.ipynb", as_version=4)
    gaps = [
        cell.source for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    return OURS_BEFORE + "\n".join(gaps) + OURS_AFTER


def scripts(images: int, epochs: int) -> dict[str, str]:
    """Return both scripts by their names, shortened to so many images and epochs."""
    changes = {
        "epochs=5": f"epochs={epochs}",
        ".reshape(60000, 28, 28, 1)": f"[:{images}].reshape({images}, 28, 28, 1)",
        "training_labels, epochs": f"training_labels[:{images}], epochs",
        "prepare(train_images), train_labels,": (
            f"prepare(train_images[:{images}]), train_labels[:{images}],"
        ),
    }
    found = {"ours": our_script(), "the lesson's": LESSON}
    if (images, epochs) == (IMAGES, EPOCHS):
        return found
    for old, new in changes.items():
        found = {name: script.replace(old, new) for name, script in found.items()}
    return found


def timed(script: str, keras_home: Path) -> tuple[float, float]:
    """Run a script in a process of its own; return wall seconds and test accuracy."""
    environment = {**os.environ, "KERAS_HOME": str(keras_home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    start = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - start
    return seconds, float(json.loads(finished.stdout.splitlines()[-1])["accuracy"])


def shown(values: list[float], form: Callable[[float], str]) -> str:
    """Return median and range."""
    return f"{form(statistics.median(values))} ({form(min(values))} to {form(max(values))})"


def main(rounds: int = 3, images: int = IMAGES, epochs: int = EPOCHS) -> None:
    """Run the two scripts in turn and print the comparison."""
    folder = os.environ.get("FASHION_MNIST_DIR")
    if not folder:
        sys.exit("Error: set FASHION_MNIST_DIR to the folder with the four gz files.")
    both = scripts(images, epochs)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in both}
    with tempfile.TemporaryDirectory() as home:
        cache = Path(home) / "datasets" / "fashion-mnist"
        cache.mkdir(parents=True)
        for file in Path(folder).glob("*.gz"):
            (cache / file.name).symlink_to(file.resolve())
        for number in range(1, rounds + 1):
            for name, script in both.items():
                seconds, accuracy = timed(script, Path(home))
                results[name].append((seconds, accuracy))
                note(f"round {number} of {rounds}, {name}: {seconds:.1f} s, {accuracy:.2%}")
    print(f"{images:,} images, {epochs} epochs; medians of {rounds} and their ranges")
    for name, found in results.items():
        seconds, accuracies = map(list, zip(*found, strict=True))
        print(f"{name:14}{shown(seconds, '{:.1f} s'.format)}, {shown(accuracies, '{:.2%}'.format)}")
    pairs = zip(*results.values(), strict=True)
    ratios = [ours / theirs for (ours, _), (theirs, _) in pairs]
    print(f"ours / the lesson's: {shown(ratios, '{:.2f}'.format)} of the time")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
