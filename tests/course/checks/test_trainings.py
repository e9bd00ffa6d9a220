"""A training is computed again: what was done to the images, and how often, can't be hidden."""

from typing import Any

import numpy as np
import pytest
from support.gap_cells import run_test

from course.checks import inputs, trainings
from course.checks.failures import Wrong
from course.checks.inputs import TrainingExample

keras = pytest.importorskip("keras")

KNOWN = inputs.two_images(np.random.default_rng(1), epochs=2, known=True)
UNKNOWN = inputs.two_images(np.random.default_rng(2), epochs=3, known=False)
ALIKE = inputs.alike_images(np.random.default_rng(3), 70, epochs=1)
EXAMPLES = [KNOWN, UNKNOWN, ALIKE]


def compiled(model: Any, **options: Any) -> Any:
    lesson = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    model.compile(**{"optimizer": "adam"} | lesson | options)
    return model


def cause(example: TrainingExample, train: Any) -> str:
    """Return the misconception that is named, "unknown" for none, "" for a right training."""
    network = example.network()
    history = train(network, example.images, example.labels, example.epochs)
    try:
        trainings.retraced(history, network, example)
    except Wrong as wrong:
        return wrong.misconception or "unknown"
    return ""


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("batch_size", [1, 2, 7, 32, 1000])
def test_a_training_in_batches_of_any_size_is_right(
    example: TrainingExample, batch_size: int
) -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        return compiled(model).fit(images, labels, batch_size, epochs, verbose=0)

    assert cause(example, train) == ""


@pytest.mark.parametrize("seed", [5, 6, 8, 9])
def test_a_mistake_is_named_where_the_network_is_sure_and_gradients_are_what_was_rounded_off(
    seed: int,
) -> None:
    def normalized(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        images = (images - images.mean()) / images.std()
        return compiled(model).fit(images, labels, epochs=epochs, verbose=0)

    example = inputs.two_images(np.random.default_rng(seed), epochs=2, known=True)

    assert cause(example, normalized) == "images-changed"


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.Adam(0.02, amsgrad=True),
        lambda: keras.optimizers.Adam(3e-4, beta_1=0.5, weight_decay=0.01),
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.0015, 20)),
    ],
)
@pytest.mark.parametrize("example", EXAMPLES)
def test_adam_with_other_settings_is_right(example: TrainingExample, optimizer: Any) -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        return compiled(model, optimizer=optimizer()).fit(images, labels, epochs=epochs, verbose=0)

    assert cause(example, train) == ""


def changed_images(images: np.ndarray) -> dict[str, np.ndarray]:
    """Change images in ways that are in no list of mistakes."""
    return {
        "halved": images / 2,
        "rolled": np.roll(images, 3, axis=1),
        "squared": images**2,
        "noisy": images + np.random.default_rng(0).normal(0, 0.1, images.shape),
    }


def test_inverted_images_are_not_taken_for_a_part_of_them() -> None:
    # One of the two images alone moves each weight of this network as the inverted images do.
    example = inputs.two_images(np.random.default_rng(0), epochs=2, known=True)

    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        return compiled(model).fit(1 - images, labels, epochs=epochs, verbose=0)

    assert cause(example, train) == "images-changed"


@pytest.mark.parametrize("change", ["halved", "rolled", "squared", "noisy"])
@pytest.mark.parametrize("example", [KNOWN, UNKNOWN])
def test_images_that_were_changed_in_any_way_are_refused(
    example: TrainingExample, change: str
) -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        changed = changed_images(images)[change]
        return compiled(model).fit(changed, labels, epochs=epochs, verbose=0)

    assert cause(example, train) != ""


def test_one_image_left_out_of_many_is_noticed() -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        return compiled(model).fit(images[1:], labels[1:], epochs=epochs, verbose=0)

    assert cause(ALIKE, train) == "trained-on-a-part"


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.002, 2)),
        lambda: keras.optimizers.Adam(
            keras.optimizers.schedules.PolynomialDecay(0.002, 1, end_learning_rate=0.0)
        ),
    ],
)
def test_a_learning_rate_that_reaches_zero_is_not_a_part_of_the_images(optimizer: Any) -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        return compiled(model, optimizer=optimizer()).fit(images, labels, epochs=epochs, verbose=0)

    assert cause(ALIKE, train) == "rate-zero"


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_second_fit_is_noticed_also_where_the_history_is_right(example: TrainingExample) -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        history = compiled(model).fit(images, labels, epochs=epochs, verbose=0)
        told = dict(history.history)
        steps = int(model.optimizer.iterations)
        model.fit(images, labels, epochs=epochs, verbose=0)
        model.optimizer.iterations.assign(steps)
        history.history = told
        return history

    assert cause(example, train) != ""


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_invented_history_is_refused(example: TrainingExample) -> None:
    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        history = compiled(model).fit(images, labels, epochs=epochs, verbose=0)
        history.history["loss"] = [0.9 * loss for loss in history.history["loss"]]
        return history

    assert cause(example, train) == "history-untrue"


def test_a_callback_that_ends_the_training_is_named() -> None:
    example = inputs.contradicting_labels(np.random.default_rng(0), epochs=8)
    network = compiled(example.network())
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3)
    history = network.fit(example.images, example.labels, epochs=8, callbacks=[stop], verbose=0)

    with pytest.raises(Wrong) as refused:
        trainings.history(history, 8, stopped=trainings.was_stopped(network))

    assert refused.value.misconception == "stopped-early"


def test_mixed_precision_of_the_learners_does_not_matter() -> None:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        network = KNOWN.network()
    finally:
        keras.config.set_dtype_policy(policy)

    assert {layer.compute_dtype for layer in network.layers} == {"float32"}


@pytest.mark.parametrize("count", [40, 961, 1300])
def test_each_image_lights_a_pixel_that_only_its_neighbors_share(count: int) -> None:
    images, _ = inputs.images_with_blocks(count, np.random.default_rng(0))

    for missing in (slice(0, -count // 10), slice(count // 2, None), slice(32, None)):
        lit = images[missing].any(axis=0)
        assert (images.any(axis=0) & ~lit).any()


def test_networks_to_evaluate_differ_in_what_they_know() -> None:
    images, labels = inputs.images_with_blocks(70, np.random.default_rng(0))

    shares = [
        inputs.accuracy(inputs.trained_network(known, favorite=7), images, labels)
        for known in (range(10), [0, 1, 4, 5, 8], [2, 9], [])
    ]

    assert shares == pytest.approx([1.0, 0.6, 0.3, 0.1])


@pytest.mark.parametrize("answer", [1.0, 0.75, True])
def test_an_evaluation_that_asks_no_model_is_refused(answer: Any) -> None:
    assert run_test("cnn", "evaluate", lambda model, images, labels: answer) != 1.0


def test_a_mistake_in_measuring_is_named_whatever_the_draw() -> None:
    network = inputs.trained_network()
    for seed in range(30):
        images, labels = trainings.telling_images(network, np.random.default_rng(seed))
        classes = inputs.probabilities(network, images).argmax(axis=1)
        for name, number in {
            "scaled-twice": inputs.accuracy(network, images / 255, labels),
            "argmax-of-labels": (classes == labels.argmax()).mean(),
            "labels-divided": (classes == labels / 255).mean(),
            "measured-on-a-part": (classes[30:] == labels[30:]).mean(),
            "error-for-accuracy": (classes != labels).mean(),
        }.items():
            with pytest.raises(Wrong) as error:
                trainings.accuracy(number, network, images, labels)
            assert error.value.misconception == name


def test_all_right_is_no_part_of_the_images() -> None:
    images, labels = inputs.images_with_blocks(40, np.random.default_rng(1))
    order = np.argsort(labels)
    images, labels = images[order], labels[order]
    network = inputs.trained_network(range(5), favorite=0)
    for part, share in [(slice(20), 1.0), (slice(20, None), 0.0)]:
        assert inputs.accuracy(network, images[part], labels[part]) == share

        with pytest.raises(Wrong) as error:
            trainings.accuracy(share, network, images, labels)
        assert error.value.misconception != "measured-on-a-part"
