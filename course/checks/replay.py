"""Computes a small training again, step by step, to tell what a learner's `train` has done.

The examples are so small (`inputs.two_images`), or their images so alike (`inputs.alike_images`),
that the optimizer, its number of steps and the batch's size decide how the training ends: every
order in which the images can have come is tried.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.checks.adam import Steps, steps_of
from course.checks.inputs import TrainingExample

Epoch = list[list[int]]
"""The batches of one epoch: indices of images."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended that was computed again."""

    weights: list[np.ndarray]
    losses: list[list[float]]
    """Loss of each step, by epochs."""
    hits: list[list[tuple[float, float]]]
    """Share of each batch that was classified correctly before its step, at least and at most."""


@dataclass(frozen=True)
class Training:
    """What a training left: the model it was given, and the History."""

    model: Any
    history: dict[str, list[float]]

    @property
    def steps(self) -> int:
        """How many steps the model's optimizer counts."""
        return int(optimizer_of(self.model).iterations)


def optimizer_of(model: Any) -> Any:
    """Return the optimizer of a compiled model; under mixed precision, the one within."""
    return getattr(model.optimizer, "inner_optimizer", model.optimizer)


def batch_sizes(count: int, steps: int) -> list[int]:
    """List the batch sizes that cut `count` images into so many batches."""
    return [size for size in range(1, count + 1) if -(-count // size) == steps]


def orders(example: TrainingExample, steps: int, epochs: int) -> Iterator[list[Epoch]]:
    """List the ways in which the example's images can have come, `steps` batches an epoch."""
    if example.alike:
        yield [[[0]] * steps] * epochs
        return
    one_epoch: list[Epoch] = [[[0, 1]]] if steps == 1 else [[[0], [1]], [[1], [0]]]
    yield from map(list, itertools.product(one_epoch, repeat=epochs))


class Replay:
    """Trains the network of one example again, with the optimizer that a learner chose."""

    def __init__(self, example: TrainingExample, training: Training) -> None:
        """Take the example, and the training whose optimizer and learning rates are used."""
        self.example, self.training = example, training
        self.optimizer = optimizer_of(training.model)
        self.rates = training.history.get("learning_rate", [])

    def run(
        self,
        epochs: list[Epoch],
        images: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        restart: int = 0,
    ) -> Outcome:
        """Train from the start on these images and labels, by default the example's.

        `restart` is the epoch before which the optimizer begins anew; 0 for none.
        """
        images = self.example.images if images is None else images
        labels = self.example.labels if labels is None else labels
        weights = [array.copy() for array in self.example.start]
        outcome = Outcome([], [], [])
        for number, batches in enumerate(epochs):
            if number == 0 or number == restart:
                optimizer = steps_of(self.optimizer)
            if number < len(self.rates):
                self._set_rate(optimizer, self.rates[number])
            steps = [_step(optimizer, weights, images[batch], labels[batch]) for batch in batches]
            outcome.losses.append([loss for loss, _ in steps])
            outcome.hits.append([hits for _, hits in steps])
        outcome.weights.extend(weights)
        return outcome

    def _set_rate(self, optimizer: Steps, rate: float) -> None:
        """Set the rate of an epoch as the History tells it, unless a schedule sets it."""
        if isinstance(self.optimizer.get_config().get("learning_rate"), float):
            optimizer.learning_rate = rate

    def ends_like(self, outcome: Outcome) -> bool:
        """Tell whether the learner's training ended with these weights."""
        pixels: Any = np.ones(len(self.example.start[0]), dtype=bool)
        if self.example.alike:
            pixels = (self.example.images != 0).reshape(len(self.example.images), -1).all(axis=0)
        starts = [self.example.start[0][pixels], self.example.start[1]]
        got = self.training.model.get_weights()
        moved, expected = (
            np.concatenate([(weights[0][pixels] - starts[0]).ravel(), weights[1] - starts[1]])
            for weights in (got, outcome.weights)
        )
        far = np.linalg.norm(expected)
        return bool(np.linalg.norm(moved - expected) <= 0.02 * far + 1e-6)

    def tells_loss(self, outcome: Outcome, steps: int) -> bool:
        """Tell whether the History has the loss of each epoch."""
        told = self.training.history.get("loss", [])
        return self._tells(
            told, [[(loss, loss) for loss in epoch] for epoch in outcome.losses], steps
        )

    def tells_accuracy(self, outcome: Outcome, steps: int) -> bool:
        """Tell whether one of the History's metrics is the accuracy of each epoch."""
        named = [name for name in self.training.history if "acc" in name and "val_" not in name]
        return any(self._tells(self.training.history[name], outcome.hits, steps) for name in named)

    def _tells(
        self, told: list[float], expected: list[list[tuple[float, float]]], steps: int
    ) -> bool:
        """Compare with the means of the epochs, in which a smaller last batch weighs less."""
        count = len(self.example.images)
        return len(told) == len(expected) and any(
            all(
                _within(value, np.average(epoch, axis=0, weights=_sizes(count, size, steps)))
                for value, epoch in zip(told, expected, strict=True)
            )
            for size in batch_sizes(count, steps)
        )


def _step(
    optimizer: Steps, weights: list[np.ndarray], images: np.ndarray, labels: np.ndarray
) -> tuple[float, tuple[float, float]]:
    """Take one step of a softmax classifier, kernel and bias; return loss and hits before it.

    By TensorFlow, as the learner's: where the network is sure, the gradients are what was rounded
    off, and Adam makes steps of them that are as large as any.
    """
    import tensorflow as tf

    flat = tf.constant(images.reshape(len(images), -1), "float32")
    kernel, bias = map(tf.constant, weights)
    with tf.GradientTape() as tape:
        tape.watch([kernel, bias])
        logits = flat @ kernel + bias
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels.astype(int), logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, [kernel, bias])
    optimizer.take(weights, [gradient.numpy() for gradient in gradients])
    return float(loss), _hits(logits.numpy(), labels)


def _sizes(count: int, size: int, steps: int) -> list[int]:
    """Give the sizes of an epoch's batches."""
    return [size] * (steps - 1) + [count - size * (steps - 1)]


def _within(value: float, bounds: Any) -> bool:
    least, most = bounds
    return bool(least - 0.01 * least - 2e-3 <= value <= most + 0.01 * most + 2e-3)


def _hits(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Count the images whose label has the largest number, with the benefit of a doubt or not."""
    places = np.arange(len(labels))
    others = logits.copy()
    others[places, labels] = -np.inf
    margins = logits[places, labels] - others.max(axis=1)
    return float((margins > 1e-3).mean()), float((margins > -1e-3).mean())
