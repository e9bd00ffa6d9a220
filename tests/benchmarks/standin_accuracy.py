"""What the lesson's two models reach on the drawn stand-in images: `make bench-standin`."""

import sys
import time
from pathlib import Path

from course.data.drawn_images import generate
from course.data.idx import TEST, TRAIN, Amounts

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.lesson_models import measure

SEEDS = (1, 2)


def main() -> None:
    """Print the accuracies on the whole stand-in for each seed."""
    start = time.perf_counter()
    data = generate(Amounts(TRAIN.size, TEST.size))
    print(f"drawn in {time.perf_counter() - start:.1f} s; training takes a few minutes", flush=True)
    for seed in SEEDS:
        found = measure(data, seed)
        gain = 100 * (found["cnn"] - found["dense"])
        print(
            f"seed {seed}: dense {found['dense']:.2%}, CNN {found['cnn']:.2%}, {gain:+.1f} points",
            flush=True,
        )


if __name__ == "__main__":
    main()
