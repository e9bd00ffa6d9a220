"""The tests of the CNN exercise: any way of writing the lesson's network, and no other network."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.gap_cells import judge, run_test

keras = pytest.importorskip("keras")
layers = keras.layers


def network(
    first: int = 64,
    activation: Any = "relu",
    last: str = "softmax",
    padding: str = "valid",
    pooling: Any = None,
    units: int = 128,
) -> Any:
    pool = pooling or layers.MaxPooling2D
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(first, 3, activation=activation, padding=padding),
            pool(2),
            layers.Conv2D(64, 3, activation=activation),
            pool(2),
            layers.Flatten(),
            layers.Dense(units, activation=activation),
            layers.Dense(10, activation=last),
        ]
    )


def functional() -> Any:
    inputs = keras.Input((28, 28, 1))
    x = inputs
    for _ in range(2):
        x = layers.ReLU()(layers.Conv2D(64, (3, 3))(x))
        x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Dense(128, "relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))


def added_one_by_one() -> Any:
    model = keras.Sequential()
    model.add(keras.Input((28, 28, 1)))
    for layer in network().layers:
        model.add(layer)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


RIGHT: dict[str, Callable[[], Any]] = {
    "sequential": network,
    "functional, activations apart": functional,
    "added one by one, compiled": added_one_by_one,
}

WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "32 filters": (lambda: network(first=32), "layer 1 differs"),
    "same padding": (lambda: network(padding="same"), "layer 1 differs"),
    "average pooling": (lambda: network(pooling=layers.AveragePooling2D), "layer 2 differs"),
    "64 units": (lambda: network(units=64), "layer 6 differs"),
    "nothing": (lambda: None, "returned None"),
    "a list": (lambda: [1], "`build_cnn`"),
    "no channel axis": (
        lambda: keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)]),
        "channel axis",
    ),
}


OTHER_ACTIVATIONS: dict[str, tuple[Callable[[], Any], str]] = {
    "no softmax": (lambda: network(last="linear"), "softmax-missing"),
    "sigmoid at the end": (lambda: network(last="sigmoid"), "softmax-missing"),
    "no ReLU": (lambda: network(activation="linear"), "relu-missing"),
    "tanh": (lambda: network(activation="tanh"), "wrong-activation"),
}


@pytest.mark.parametrize("style", RIGHT)
def test_the_lessons_network_is_right_in_any_style(style: str) -> None:
    assert run_test("cnn", "build_cnn", RIGHT[style]) == 1.0


@pytest.mark.parametrize("mistake", WRONG)
def test_another_network_is_refused_and_its_difference_named(mistake: str) -> None:
    build, words = WRONG[mistake]

    said = run_test("cnn", "build_cnn", build)

    assert isinstance(said, str), f"it got {said}"
    assert words in said


@pytest.mark.parametrize("mistake", OTHER_ACTIVATIONS)
def test_other_activations_cost_their_third_of_the_points(mistake: str) -> None:
    build, misconception = OTHER_ACTIVATIONS[mistake]

    verdict = judge("cnn", "build_cnn", build)

    assert (verdict.score, verdict.misconception) == (10.0, misconception)


@pytest.mark.parametrize("cap", [6.0, 1e3, 1e9, 1e30])
def test_a_cap_of_relu_is_found_however_high_it_lies(cap: float) -> None:
    capped = layers.ReLU(max_value=cap)

    verdict = judge("cnn", "build_cnn", lambda: network(activation=capped))

    assert (verdict.score, verdict.misconception) == (10.0, "relu-capped")


@pytest.mark.parametrize(("factor", "score"), [(0.01, 15), (0.02, 0)])
def test_a_penalty_is_accepted_up_to_keras_own_default(factor: float, score: float) -> None:
    penalized = network()
    penalized.layers[5].kernel_regularizer = keras.regularizers.L2(factor)

    verdict = judge("cnn", "build_cnn", lambda: penalized)

    assert verdict.score == score
    assert verdict.misconception == ("" if score else "weights-penalized")


def test_weights_that_were_trained_already_are_right() -> None:
    def trained() -> Any:
        model = network()
        images = np.random.default_rng(0).random((8, 28, 28, 1))
        fitted(model, images, np.arange(8), 1)
        return model

    assert run_test("cnn", "build_cnn", trained) == 1.0


def test_a_check_leaves_the_weights_as_they_were() -> None:
    model = network()
    before = [weight.copy() for weight in model.get_weights()]

    assert run_test("cnn", "build_cnn", lambda: model) == 1.0

    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


SHAPES: dict[str, Any] = {
    "conv_1": (26, 26, 64),
    "pool_1": (13, 13, 64),
    "conv_2": (11, 11, 64),
    "pool_2": (5, 5, 64),
    "flatten": (1600,),
    "dense_1": (128,),
    "dense_2": (10,),
}
WRONG_SHAPES: list[tuple[dict[str, Any], str, int]] = [
    ({"pool_1": (14, 14, 64)}, "remainder-kept", 5),
    ({"conv_2": (None, 11, 11, 64)}, "batch-axis-counted", 5),
    ({"conv_2": (1, 11, 11, 64)}, "batch-axis-counted", 5),
    ({"conv_2": (13, 13, 64), "pool_2": (6, 6, 64)}, "padding-same", 4),
    ({"pool_1": (64, 13, 13)}, "channel-axis-in-front", 5),
    ({"flatten": (5, 5, 64)}, "", 5),
    ({"dense_2": None}, "", 5),
    ({"dense_2": "ten"}, "shape-as-text", 5),
    ({"pool_2": (5.5, 5.5, 64)}, "count-with-fraction", 5),
    ({"pool_1": [[13, 13], 64]}, "", 5),
    ({"pool_1": np.ones((2, 2))}, "", 5),
    ({"pool_1": {"height": 13}}, "", 5),
    ({"pool_1": (float("nan"), float("inf"), 64)}, "count-with-fraction", 5),
    ({"pool_1": (True, True, True)}, "", 5),
    (dict.fromkeys(list(SHAPES)[2:]), "", 1),
]


@pytest.mark.parametrize("flat", [(1600,), [1600], 1600, np.int64(1600), 1600.0, np.array(1600)])
def test_a_table_of_shapes_in_any_notation_is_right(flat: Any) -> None:
    assert run_test("cnn", "layer_shapes", SHAPES | {"flatten": flat}) == 1.0


@pytest.mark.parametrize(("change", "misconception", "right"), WRONG_SHAPES)
def test_each_wrong_row_of_the_table_costs_a_sixth_and_is_named(
    change: dict[str, Any], misconception: str, right: int
) -> None:
    verdict = judge("cnn", "layer_shapes", SHAPES | change)

    assert verdict.score == pytest.approx(5 * right / 6)
    assert verdict.misconception == misconception
    assert next(iter(change)) in verdict.said


@pytest.mark.parametrize("table", [None, dict.fromkeys(SHAPES), dict.fromkeys(list(SHAPES)[1:])])
def test_a_table_without_a_right_row_earns_nothing(table: Any) -> None:
    assert isinstance(run_test("cnn", "layer_shapes", table), str)


def fitted(model: Any, images: Any, labels: Any, epochs: int, **compiled: Any) -> Any:
    lesson = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    model.compile(**{"optimizer": "adam"} | lesson | compiled)
    return model.fit(images, labels, epochs=epochs, verbose=0)


TRAIN_MISTAKES: dict[str, tuple[Callable[..., Any], str]] = {
    "one epoch": (lambda m, x, y, epochs: fitted(m, x, y, 1), "fitted for 2 epochs"),
    "no fit": (lambda m, x, y, epochs: {"loss": [1, 1, 1]}, "History"),
    "a model of its own": (
        lambda m, x, y, epochs: fitted(keras.models.clone_model(m), x, y, epochs),
        "has not changed",
    ),
    "wrong labels": (
        lambda m, x, y, epochs: fitted(m, x, (y + 1) % 10, epochs),
        "learned other labels",
    ),
}


def test_honest_training_is_right() -> None:
    assert run_test("cnn", "train", lambda m, x, y, epochs: fitted(m, x, y, epochs)) == 1.0


@pytest.mark.parametrize("mistake", TRAIN_MISTAKES)
def test_a_mistake_in_training_is_named(mistake: str) -> None:
    train, words = TRAIN_MISTAKES[mistake]

    assert words in str(run_test("cnn", "train", train))


EVALUATE_MISTAKES: dict[str, tuple[Callable[..., Any], str]] = {
    "loss": (lambda m, x, y: m.evaluate(x, y, verbose=0)[0], "That is the loss"),
    "per cent": (lambda m, x, y: 100 * m.evaluate(x, y, verbose=0)[1], "per cent"),
    "both": (lambda m, x, y: m.evaluate(x, y, verbose=0), "one number was expected"),
    "errors": (lambda m, x, y: 1 - m.evaluate(x, y, verbose=0)[1], "got wrong"),
    "always right": (lambda m, x, y: 1.0, "not the model's accuracy"),
}


def test_honest_evaluation_is_right_also_as_a_numpy_number() -> None:
    def evaluate(model: Any, images: Any, labels: Any) -> Any:
        return np.mean(model.predict(images, verbose=0).argmax(axis=1) == labels)

    assert run_test("cnn", "evaluate", evaluate) == 1.0


@pytest.mark.parametrize("mistake", EVALUATE_MISTAKES)
def test_a_mistake_in_evaluation_is_named(mistake: str) -> None:
    evaluate, words = EVALUATE_MISTAKES[mistake]

    assert words in str(run_test("cnn", "evaluate", evaluate))
