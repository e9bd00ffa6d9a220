"""Time our CNN training against the lesson's own script, in turn, in one run.

`make bench-lesson` prints seconds and accuracy of both and the ratio of the times. It needs the
real images (FASHION_MNIST_DIR), because the script loads them through Keras, which is given them
as its cache.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "1"))

# The lesson's code, as it was given, with the two figures printed as JSON at the end.
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


def main() -> None:
    """Alternate the two scripts and print the comparison."""
    folder = os.environ.get("FASHION_MNIST_DIR")
    if not folder:
        sys.exit("Error: set FASHION_MNIST_DIR to the folder with the four gz files.")
    with tempfile.TemporaryDirectory() as home:
        cache = Path(home) / "datasets" / "fashion-mnist"
        cache.mkdir(parents=True)
        for file in Path(folder).glob("*.gz"):
            (cache / file.name).symlink_to(file.resolve())
        ratios = []
        for number in range(ROUNDS):
            theirs, their_accuracy = timed(LESSON, Path(home))
            ours, our_accuracy = timed(our_script(), Path(home))
            ratios.append(ours / theirs)
            print(
                f"round {number + 1}: lesson's script {theirs:.0f} s, {their_accuracy:.2%}; "
                f"ours {ours:.0f} s, {our_accuracy:.2%}",
                flush=True,
            )
    ratios.sort()
    print(f"time ratio ours / lesson's (median of {ROUNDS}): {ratios[len(ratios) // 2]:.2f}")


if __name__ == "__main__":
    main()
