"""Checks of training and evaluation, with everything computed again from the model's weights."""

from typing import Any

import numpy as np

from course.checks import inputs, trained_wrong
from course.checks.answers import number
from course.checks.arrays import is_close, kind_of, shape_of
from course.checks.failures import Wrong
from course.checks.inputs import TrainingExample
from course.checks.replay import Replay, Training, batch_sizes, optimizer_of, orders

LEARNED_ACCURACY = 0.5
"""On images where chance is 0.1, and where honest training ends near 1."""

Weights = list[np.ndarray]
"""As a model's `get_weights` gives them."""

_LOSSES = ("sparse_categorical_crossentropy", "categorical_crossentropy")
_FASTEST = 0.1
"""A learning rate far above those with which these networks learn."""


def history(value: Any, epochs: int, *, stopped: bool = False) -> None:
    """Raise Wrong unless the value is a History with one loss and one accuracy for each epoch.

    `stopped` says that a callback ended the training.
    """
    records = getattr(value, "history", None)
    if not isinstance(records, dict):
        raise Wrong(f"the result is {kind_of(value)}.", "history-not-returned")
    losses = list(records.get("loss", []))
    if len(losses) != epochs:
        raise Wrong(
            f"the model was to be fitted for {epochs} epochs, but the History records "
            f"{len(losses)}.",
            "stopped-early" if stopped and len(losses) < epochs else "epochs-ignored",
        )
    if not any("acc" in name for name in records):
        raise Wrong("", "metric-missing")


def retraced(value: Any, model: Any, example: TrainingExample) -> None:
    """Raise Wrong unless the model and the History are what one training on the example gives.

    `value` is what `train` returned, `model` what it was given. The training is computed again.
    """
    history(value, example.epochs, stopped=was_stopped(model))
    _require_changed(model, example.start)
    _require_compiled(model)
    training = Training(model, value.history)
    replay = Replay(example, training)
    steps, rest = divmod(training.steps, example.epochs)
    if example.alike:
        _require_all_images(model, example.start, example.images, value.history)
    if not rest and batch_sizes(len(example.images), steps):
        found = [replay.run(order) for order in orders(example, steps, example.epochs)]
        ends = [outcome for outcome in found if replay.ends_like(outcome)]
        told = [outcome for outcome in ends if replay.tells_loss(outcome, steps)]
        if any(replay.tells_accuracy(outcome, steps) for outcome in told):
            return
        if told:
            raise Wrong("", "other-metric")
        if ends:
            raise Wrong("", "history-untrue")
    raise Wrong(
        f"{len(example.images)} images were given for {example.epochs} epochs. The model is not "
        "what one training on these images makes of it.",
        trained_wrong.cause(replay)
        or _not_by_steps(training, example)
        or _trained_elsewhere(model, example.start, example.images),
    )


def _not_by_steps(training: Training, example: TrainingExample) -> str:
    """Tell whether the weights have moved farther than the optimizer's steps lead; or ""."""
    farthest = _farthest(training.model, example.start)
    reach = _reach(training.model, training.history, training.steps)
    return "weights-not-trained" if farthest > reach else ""


def was_stopped(model: Any) -> bool:
    """Tell whether a callback ended the model's last training."""
    return bool(getattr(model, "stop_training", False))


def learned(
    model: Any,
    before: Any,
    images: np.ndarray,
    labels: np.ndarray,
    history: Any,
) -> None:
    """Raise Wrong unless Adam, on all these images, taught the model to classify them.

    `before` is the model as it was. Its accuracy must be far above chance.
    """
    start = before.get_weights()
    _require_changed(model, start)
    _require_compiled(model)
    loss_before = inputs.loss(before, images, labels)
    after, reached = inputs.loss_and_accuracy(model, images, labels)
    if after >= loss_before or reached < LEARNED_ACCURACY:
        raise Wrong(
            f"the model was trained, but has not learned: accuracy {reached:.0%} on images that "
            "are easy to tell apart.",
            _why_not(model, start, images, labels, history, loss_before),
        )
    _require_all_images(model, start, images, history.history)
    _require_steps(model, start, len(images), history.history)


def _require_changed(model: Any, start: Weights) -> None:
    """Raise Wrong if the model is as it was, and its optimizer has made no step either."""
    same = all(map(np.array_equal, model.get_weights(), start))
    if same and not (getattr(model, "compiled", False) and Training(model, {}).steps):
        raise Wrong("", "other-model-trained")


def _require_compiled(model: Any) -> None:
    """Raise Wrong unless the model is compiled with Keras's Adam and one of the two losses."""
    refusal = getattr(model, "compile_refusal", "")
    if refusal:
        raise Wrong(f"the model was trained in a way that can't be checked: {refusal}")
    if not getattr(model, "compiled", False) or model.optimizer is None:
        raise Wrong("the model that was given is not compiled.", "other-model-trained")
    optimizer = _name_of(optimizer_of(model))
    if optimizer != "adam":
        raise Wrong(f"the model was trained with the optimizer {optimizer}.", "other-optimizer")
    if _name_of(model.loss) not in _LOSSES:
        raise Wrong("", "wrong-loss")


def _name_of(setting: Any) -> str:
    """Give Keras's name of a loss or an optimizer, however it was written; "" for a learner's."""
    if isinstance(setting, str):
        return setting
    named = setting if hasattr(setting, "__name__") else type(setting)
    if not str(getattr(named, "__module__", "")).startswith("keras."):
        return ""
    plain = str(named.__name__).lower().replace("_", "")
    return next((name for name in _LOSSES if name.replace("_", "") == plain), plain)


def _require_all_images(
    model: Any, start: Weights, images: np.ndarray, records: dict[str, list[float]]
) -> None:
    """Raise Wrong if a pixel is lit in some of the images whose weights have not moved."""
    lit = images.reshape(len(images), -1).any(axis=0)
    if (lit & ~_moved(model, start)).any():
        cause = "rate-zero" if _rate_reached_zero(model, records) else "trained-on-a-part"
        raise Wrong(f"{len(images)} images were given.", cause)


def _rate_reached_zero(model: Any, records: dict[str, list[float]]) -> bool:
    """Tell whether a step, or an epoch of the History, had the learning rate 0."""
    optimizer = optimizer_of(model)
    rate = optimizer.get_config()["learning_rate"]
    if isinstance(rate, float):
        rates = [rate, *records.get("learning_rate", [])]
    else:
        rates = [float(optimizer._learning_rate(step)) for step in range(int(optimizer.iterations))]
    return any(rate == 0 for rate in rates)


def _moved(model: Any, start: Weights) -> np.ndarray:
    """Tell for each pixel whether a weight of the first layer has changed, shape (784,)."""
    change = np.abs(model.get_weights()[0] - start[0])
    return np.asarray(change.reshape(inputs.SIDE**2, -1).any(axis=1))


def _require_steps(model: Any, start: Weights, count: int, records: dict[str, list[float]]) -> None:
    """Raise Wrong unless the optimizer made all steps, and the weights moved no farther."""
    steps, epochs = Training(model, records).steps, len(records["loss"])
    each, rest = divmod(steps, epochs)
    if rest or not batch_sizes(count, each):
        raise Wrong(
            f"the optimizer has made {steps} steps, which are not {epochs} epochs of "
            f"{count} images.",
            "fitted-twice" if each > count or not rest else "",
        )
    if _farthest(model, start) > _reach(model, records, steps):
        raise Wrong("", "weights-not-trained")


def _farthest(model: Any, start: Weights) -> float:
    """Give the largest way that one of the weights has moved."""
    moves = zip(model.get_weights(), start, strict=True)
    return max(float(np.abs(after - before).max()) for after, before in moves)


def _reach(model: Any, records: dict[str, list[float]], steps: int) -> float:
    """Give the way that Adam can move a weight at most in so many steps."""
    optimizer = optimizer_of(model)
    config = optimizer.get_config()
    if isinstance(config["learning_rate"], float):
        way = steps * max([config["learning_rate"], *records.get("learning_rate", [])])
    else:
        way = sum(float(optimizer._learning_rate(step)) for step in range(steps))
    # A weight whose first gradient comes late moves so much farther than the rate.
    largest = max(1.0, (1 - config["beta_1"]) / np.sqrt(1 - config["beta_2"]))
    return float(1.1 * largest * min(way, steps * _FASTEST)) + 1e-6


def _why_not(
    model: Any, start: Weights, images: np.ndarray, labels: np.ndarray, history: Any, loss: float
) -> str:
    """Name what kept a model from learning, or ""."""
    # The mean over the first epoch can't lie far above the loss of a network that knows nothing.
    if not 0.1 * loss < history.history["loss"][0] < 2 * loss:
        return "wrong-loss"
    predicted = inputs.probabilities(model, images).argmax(axis=1)
    shifts = [(int(p) - int(t)) % inputs.CLASSES for p, t in zip(predicted, labels, strict=True)]
    counts = np.bincount(shifts, minlength=inputs.CLASSES)
    if counts[1:].max() > LEARNED_ACCURACY * len(labels):
        return "labels-changed"
    if _rate_reached_zero(model, history.history):
        return "rate-zero"
    return _trained_elsewhere(model, start, images)


def _trained_elsewhere(model: Any, start: Weights, images: np.ndarray) -> str:
    """Tell by the pixels that have moved a weight on which of the notebook's images it was trained.

    A weight whose pixel is dark in every training image never moves.
    """
    moved, here = _moved(model, start), images.reshape(len(images), -1).any(axis=0)
    if np.array_equal(moved, here):
        return ""
    (train_images, _), (test_images, _) = _notebook_images()
    lit = [images.reshape(len(images), -1).any(axis=0) for images in (train_images, test_images)]
    only_test = np.array_equal(moved, lit[1]) and not np.array_equal(moved, lit[0])
    if only_test:
        return "trained-on-test-images"
    if not (moved & ~lit[0]).any():
        return "arguments-ignored"
    return "trained-on-a-part" if not (moved & ~here).any() else ""


def _notebook_images() -> Any:
    """Load what the notebook has loaded."""
    from course.data import load_data

    return load_data()


def accuracy(got: Any, model: Any, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise Wrong unless `got` is one number, the model's accuracy on these images."""
    expected = inputs.accuracy(model, images, labels)
    if isinstance(got, (list, tuple, dict)) and 0 < len(got) <= 10:
        raise Wrong(f"one number was expected, but it is {kind_of(got)}.", "list-for-number")
    if shape_of(got) == (len(labels),):
        raise Wrong(f"one number was expected, but it is {kind_of(got)}.", "one-for-each-image")
    got = number(got)
    if is_close(got, expected):
        return
    raise Wrong(
        f"{got:.4g} is not the model's accuracy on the images that were given.",
        _measured_wrong(got, model, images, labels) or _measured_elsewhere(got, model),
    )


def unchanged(model: Any, before: list[np.ndarray]) -> None:
    """Raise Wrong if the model that was to be measured has other weights than `before`."""
    if not all(map(np.array_equal, model.get_weights(), before)):
        raise Wrong("", "trained-to-evaluate")


def telling_images(model: Any, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw sixty images, a quarter labeled wrong, where each mistake gives a number of its own.

    By chance two mistakes give the same number, and then the wrong one would be named; or a part of
    the images gives the right one.
    """
    images, labels = inputs.images_with_blocks(60, rng)
    answers = _answers(model, images)
    for _ in range(200):
        first, then = rng.permutation(60), rng.permutation(60)
        order, given = first[then], inputs.mislabeled(labels[first], share=0.25)[then]
        known = _mistakes([(name, classes[order]) for name, classes in answers], given)
        parts = sum(name == "measured-on-a-part" for name, _ in known)
        names: dict[float, set[str]] = {}
        for name, value in known:
            names.setdefault(round(value, 4), set()).add(name)
        if parts == len(_parts(60)) and all(len(alike) == 1 for alike in names.values()):
            break
    return images[order], given


def _measured_wrong(got: float, model: Any, images: np.ndarray, labels: np.ndarray) -> str:
    """Name the mistake that gives this number, or "" where none or more than one does."""
    known = [
        ("loss-for-accuracy", inputs.loss(model, images, labels)),
        *_mistakes(_answers(model, images), labels),
    ]
    names = {name for name, value in known if is_close(got, value)}
    return names.pop() if len(names) == 1 else ""


def _answers(model: Any, images: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return the classes that a model gives the images, and the images as mistakes change them."""
    changed = [
        ("", images),
        ("scaled-twice", images / 255),
        ("images-changed", images * 255),
        ("images-changed", (images - images.mean()) / images.std()),
    ]
    return [(name, inputs.probabilities(model, some).argmax(axis=1)) for name, some in changed]


def _mistakes(answers: list[tuple[str, np.ndarray]], labels: np.ndarray) -> list[tuple[str, float]]:
    """List the known mistakes with the numbers they give, as far as these tell anything."""
    (_, classes), *changed = answers
    count, right = len(labels), classes == labels
    expected = float(right.mean())
    known = [
        ("count-for-share", count * expected),
        ("per-cent", 100 * expected),
        ("error-for-accuracy", 1 - expected),
        ("error-for-accuracy", 100 * (1 - expected)),
        ("error-for-accuracy", count * (1 - expected)),
        ("rounded", round(expected, 2)),
        ("rounded", round(expected, 3)),
        ("labels-divided", (classes == labels / 255).mean()),
        ("argmax-of-labels", (classes == labels.argmax()).mean()),
        *((name, (found == labels).mean()) for name, found in changed),
    ]
    # All right or all wrong can be a part by chance, and the word of an answer that asks no model.
    known += [
        ("measured-on-a-part", right[part].mean())
        for part in _parts(count)
        if 0 < right[part].mean() < 1
    ]
    return [(name, value) for name, value in known if not is_close(value, expected)]


def _parts(count: int) -> list[slice]:
    halves = slice(count // 2), slice(count // 2, None)
    return [*halves, slice(32), slice(16), slice(10)]


def _measured_elsewhere(got: float, model: Any) -> str:
    """Tell whether it is the accuracy on the notebook's training or test images."""
    names = ("evaluated-on-training-images", "arguments-ignored")
    for name, (images, labels) in zip(names, _notebook_images(), strict=True):
        pixels = (images[..., np.newaxis] / 255).astype("float32")
        if is_close(got, inputs.accuracy(model, pixels, labels)):
            return name
    return ""
