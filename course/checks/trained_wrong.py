"""Names what is wrong with a training by computing usual mistakes again on the same example."""

from collections.abc import Callable, Iterator

import numpy as np

from course.checks.inputs import CLASSES
from course.checks.replay import Epoch, Outcome, Replay, orders

_IMAGES: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("scaled-twice", lambda x: x / 255),
    ("images-changed", lambda x: x * 255),
    ("images-changed", lambda x: x - 0.5),
    ("images-changed", lambda x: 2 * x - 1),
    ("images-changed", lambda x: x / 127.5 - 1),
    ("images-changed", lambda x: 1 - x),
    ("images-changed", lambda x: (x - x.mean()) / x.std()),
    ("images-changed", lambda x: (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-7)),
    ("images-changed", lambda x: x - x.mean()),
    ("images-changed", lambda x: x / x.max()),
    ("images-changed", lambda x: (x - x.min()) / (x.max() - x.min())),
    ("images-changed", lambda x: x / np.linalg.norm(x)),
    ("images-changed", lambda x: x[:, :, ::-1]),
    ("images-changed", lambda x: x[:, ::-1]),
    ("images-changed", lambda x: x[:, ::-1, ::-1]),
    ("images-changed", lambda x: x.transpose(0, 2, 1, 3)),
    ("images-changed", lambda x: np.round(x)),
]
_LABELS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("labels-divided", lambda y: np.zeros_like(y)),
    ("labels-changed", lambda y: (y + 1) % CLASSES),
    ("labels-changed", lambda y: y - 1),
    ("labels-changed", lambda y: CLASSES - 1 - y),
    ("pairs-torn", lambda y: y[::-1]),
]


def cause(replay: Replay) -> str:
    """Name the first mistake that explains the model's weights, and where it can, the History."""
    by_weights = ""
    for name, epochs, outcome in _outcomes(replay):
        if not replay.ends_like(outcome):
            continue
        if name in _BY_WEIGHTS or replay.tells_loss(outcome, len(epochs[0])):
            return name
        by_weights = by_weights or name
    return by_weights


_BY_WEIGHTS = ("fitted-twice", "history-untrue")
"""What the weights alone prove. Adam's steps depend on little more than the gradients' signs, which
those of a part of the images, and of images that were changed, can have in common.
"""


def _outcomes(replay: Replay) -> Iterator[tuple[str, list[Epoch], Outcome]]:
    """Compute the usual mistakes again, each in every order in which the images can have come."""
    yield from _other_epochs(replay)
    yield from _parts(replay)
    epochs, images, labels = replay.example.epochs, replay.example.images, replay.example.labels
    for steps in _steps(replay, epochs):
        for order in orders(replay.example, steps, epochs):
            for name, change in _IMAGES:
                yield name, order, replay.run(order, images=change(images))
            for name, change in _LABELS:
                yield name, order, replay.run(order, labels=change(labels))


def _steps(replay: Replay, epochs: int) -> list[int]:
    """Give the number of batches an epoch, if so many epochs can have made the steps."""
    steps, rest = divmod(replay.training.steps, epochs)
    possible = steps <= (len(replay.example.images) if replay.example.alike else 2)
    return [steps] if steps and not rest and possible else []


def _other_epochs(replay: Replay) -> Iterator[tuple[str, list[Epoch], Outcome]]:
    """Train for more or fewer epochs than were asked for; also with a second new optimizer."""
    asked = replay.example.epochs
    for epochs in (*range(1, asked), asked + 1, 2 * asked, 3 * asked):
        name = "fitted-twice" if epochs > asked else "history-untrue"
        for steps in _steps(replay, epochs):
            for order in _few_orders(replay, steps, epochs):
                yield name, order, replay.run(order)
    for steps in _steps(replay, asked):
        for order in _few_orders(replay, steps, 2 * asked):
            yield "fitted-twice", order, replay.run(order, restart=asked)


def _few_orders(replay: Replay, steps: int, epochs: int) -> Iterator[list[Epoch]]:
    """List the orders, or none if there are so many that trying them takes long."""
    if replay.example.alike or steps == 1 or epochs <= 4:
        yield from orders(replay.example, steps, epochs)


def _parts(replay: Replay) -> Iterator[tuple[str, list[Epoch], Outcome]]:
    """Train on one of the two images."""
    if replay.example.alike or replay.training.steps != replay.example.epochs:
        return
    for image in (0, 1):
        order: list[Epoch] = [[[image]]] * replay.example.epochs
        yield "trained-on-a-part", order, replay.run(order)
