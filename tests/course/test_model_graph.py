"""Any style of a model is read as the layers that an image passes, in their order."""

from collections.abc import Callable
from typing import Any

import pytest

from course.crossing import CannotCross
from course.model_graph import Step, standard, steps

keras = pytest.importorskip("keras")
layers = keras.layers


def dense_pair() -> list[Any]:
    return [layers.Flatten(), layers.Dense(4, activation="relu"), layers.Dense(2)]


def sequential() -> Any:
    return keras.Sequential([keras.Input((2, 3)), *dense_pair()])


def nested_in_functional() -> Any:
    entry = keras.Input((2, 3))
    return keras.Model(entry, keras.Sequential([keras.Sequential(dense_pair())])(entry))


class OwnCall(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first, *self.others = dense_pair()

    def call(self, x: Any) -> Any:
        for layer in [self.first, *self.others]:
            x = layer(x)
        return x


def own_call() -> Any:
    model = OwnCall()
    model(keras.ops.zeros((1, 2, 3)))
    return model


STYLES: dict[str, Callable[[], Any]] = {
    "Sequential": sequential,
    "nested in a functional model": nested_in_functional,
    "subclass with a call of its own": own_call,
}


def rows(found: list[Step] | None) -> list[tuple[str, tuple[int, ...], int]]:
    return [(step.kind, step.shape_out, step.parameters) for step in found or []]


@pytest.mark.parametrize("style", STYLES)
def test_every_style_gives_the_same_steps(style: str) -> None:
    found = steps(standard(STYLES[style](), "model"))

    assert rows(found) == [("Flatten", (6,), 0), ("Dense", (4,), 28), ("Dense", (2,), 10)]


def test_a_layer_that_is_used_twice_is_two_steps() -> None:
    entry, relu = keras.Input((4,)), layers.ReLU()
    model = keras.Model(entry, relu(layers.Dense(4)(relu(entry))))

    assert [step.kind for step in steps(standard(model, "model")) or []] == [
        "ReLU",
        "Dense",
        "ReLU",
    ]


def test_layers_in_branches_are_no_row_of_steps() -> None:
    entry = keras.Input((4,))

    assert steps(keras.Model(entry, layers.Add()([entry, layers.Dense(4)(entry)]))) is None


def test_a_plain_model_is_not_copied_and_its_weights_are_shared_otherwise() -> None:
    plain, own = sequential(), own_call()

    assert standard(plain, "model") is plain
    assert standard(own, "model").layers[-1] is own.others[-1]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (OwnCall, "call `model.build("),
        (lambda: keras.Sequential(dense_pair()), "begin it with `tf.keras.Input"),
    ],
)
def test_a_model_without_an_input_shape_is_refused_with_the_remedy(
    make: Callable[[], Any], said: str
) -> None:
    with pytest.raises(CannotCross, match="`model` is a Keras model") as refusal:
        standard(make(), "model")

    assert said in str(refusal.value)
