"""What `quick=True` costs in accuracy: `make bench-quick` trains both models with and without it.

Prints the test accuracy of each after five epochs on the images that `load_data()` finds. These
are the figures that `course.fit(…, quick=True)` quotes.
"""

import sys
import time
from pathlib import Path

from course import fit, load_data
from course.data import sources as data

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.lesson_models import cnn_layers, dense_layers

EPOCHS = 5
QUICK_SEEDS = (1, 2, 3)


def train(layers, quick: bool, seed: int) -> tuple[float, float]:
    """Train one model; return its test accuracy in per cent and the seconds it took."""
    import keras

    (images, labels), (test_images, test_labels) = load_data()
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers()])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    fit(model, images[..., None] / 255.0, labels, epochs=EPOCHS, quick=quick, verbose=0)
    seconds = time.perf_counter() - start
    scores = model.evaluate(test_images[..., None] / 255.0, test_labels, verbose=0)
    return 100 * scores[1], seconds


def main() -> None:
    """Print a row for each model."""
    for name, layers in (("dense", dense_layers), ("CNN", cnn_layers)):
        whole, seconds = train(layers, False, QUICK_SEEDS[0])
        short = [train(layers, True, seed) for seed in QUICK_SEEDS]
        accuracies = ", ".join(f"{accuracy:.1f} %" for accuracy, _ in short)
        print(f"{name}: all images {whole:.1f} % in {seconds:.0f} s; quick {accuracies}", end=" ")
        print(f"in {short[0][1]:.0f} s. Images: {data.data_source()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
