"""Adam in NumPy takes the steps of Keras's, and settings that it does not know are Keras's own."""

from typing import Any

import keras
import numpy as np
import pytest

from course.checks.adam import steps_of

Adam = keras.optimizers.Adam
RNG = np.random.default_rng(5)
START = [RNG.normal(size=(6, 4)).astype("float32"), np.zeros(4, "float32")]
# Of all sizes; the first is 0, as the gradient of a pixel that is dark for a while.
GRADIENTS = [
    [(scale * RNG.normal(size=array.shape)).astype("float32") for array in START]
    for scale in [0.0, *np.logspace(-9, 2, 24)]
]


def by_keras(optimizer: Any) -> list[np.ndarray]:
    variables = [keras.Variable(array) for array in START]
    for gradients in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor(each) for each in gradients], variables)
    return [variable.numpy() for variable in variables]


def by_steps(optimizer: Any) -> list[np.ndarray]:
    weights, steps = [array.copy() for array in START], steps_of(optimizer)
    for gradients in GRADIENTS:
        steps.take(weights, gradients)
    return weights


@pytest.mark.parametrize(
    "optimizer",
    [
        Adam(),
        Adam(0.02),
        Adam(0.01, beta_1=0.5, beta_2=0.9, epsilon=1e-3),
        Adam(keras.optimizers.schedules.CosineDecay(0.0015, 20)),
        Adam(keras.optimizers.schedules.PiecewiseConstantDecay([3], [0.1, 0.0])),
    ],
)
def test_plain_adam_takes_the_steps_of_keras(optimizer: Any) -> None:
    assert type(steps_of(optimizer)).__name__ == "_PlainAdam"

    for ours, kerass in zip(by_steps(optimizer), by_keras(optimizer), strict=True):
        np.testing.assert_allclose(ours, kerass, rtol=2e-4, atol=2e-6)


class Own(Adam):
    """A learner's."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        variable.assign(variable - 0.25 * gradient)


@keras.saving.register_keras_serializable()
class Halving(keras.optimizers.schedules.LearningRateSchedule):
    """A learner's, who relies on Keras's counter."""

    def __call__(self, step: Any) -> Any:
        return 0.01 * 0.5 ** keras.ops.cast(step.value, "float32")

    def get_config(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    "optimizer",
    [
        Adam(Halving()),
        Adam(amsgrad=True),
        Adam(clipnorm=0.1),
        Adam(clipvalue=0.1),
        Adam(global_clipnorm=0.1),
        Adam(weight_decay=0.1),
        Adam(use_ema=True, ema_overwrite_frequency=3),
        Adam(gradient_accumulation_steps=2),
        keras.optimizers.Nadam(),
        keras.optimizers.AdamW(weight_decay=0.1),
        Own(),
    ],
)
def test_everything_else_is_kerass_own(optimizer: Any) -> None:
    assert type(steps_of(optimizer)).__name__ == "_KerasSteps"

    for ours, kerass in zip(by_steps(optimizer), by_keras(optimizer), strict=True):
        np.testing.assert_array_equal(ours, kerass)


@pytest.mark.parametrize("optimizer", [Adam(0.01), Adam(0.01, clipnorm=1.0)])
def test_an_epoch_may_have_a_rate_of_its_own(optimizer: Any) -> None:
    steps, weights = steps_of(optimizer), [array.copy() for array in START]

    steps.learning_rate = 0.0
    steps.take(weights, GRADIENTS[-1])
    np.testing.assert_array_equal(weights[0], START[0])
    steps.learning_rate = 0.5
    steps.take(weights, GRADIENTS[-1])

    assert 0.1 < np.abs(weights[0] - START[0]).max() < 1
    assert float(optimizer.learning_rate) == pytest.approx(0.01)
