"""Adam's steps on a few arrays, as Keras takes them."""

from typing import Any, Protocol

import numpy as np

_OFF: dict[str, Any] = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "amsgrad": False,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
"""Settings of Keras's Adam beyond those of the algorithm, as they are if nothing is said."""
_KNOWN = {"name", "learning_rate", "beta_1", "beta_2", "epsilon"} | {
    "ema_momentum",
    "ema_overwrite_frequency",
}


class Steps(Protocol):
    """An optimizer before its first step."""

    learning_rate: Any

    def take(self, weights: list[np.ndarray], gradients: list[np.ndarray]) -> None:
        """Change the weights by one step."""


def steps_of(optimizer: Any) -> Steps:
    """Return the steps that a new optimizer with this one's settings takes.

    `optimizer` is Keras's. Adam without further settings is computed in NumPy: on arrays as small
    as the checks', a step of Keras takes ten times as long.
    """
    import keras

    config = optimizer.get_config()
    plain = type(optimizer) is keras.optimizers.Adam and config.keys() <= _OFF.keys() | _KNOWN
    # A learner's own schedule, or function, is called by Keras as it expects to be.
    plain = plain and (_is_number(config) or _is_kerass(optimizer._learning_rate))
    if plain and all(config.get(name) == value for name, value in _OFF.items()):
        return _PlainAdam(optimizer)
    return _KerasSteps(optimizer)


def _is_number(config: dict[str, Any]) -> bool:
    return isinstance(config["learning_rate"], float)


def _is_kerass(schedule: Any) -> bool:
    return type(schedule).__module__.startswith("keras.")


class _PlainAdam:
    """Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), section 2, last lines.

    As in Keras, epsilon is added to the square root that is not corrected for its start.
    """

    def __init__(self, optimizer: Any) -> None:
        config = optimizer.get_config()
        number = _is_number(config)
        self.learning_rate = config["learning_rate"] if number else optimizer._learning_rate
        self._beta_1, self._beta_2 = config["beta_1"], config["beta_2"]
        self._epsilon = config["epsilon"]
        self._taken = 0
        self._means: list[np.ndarray] = []
        self._squares: list[np.ndarray] = []

    def take(self, weights: list[np.ndarray], gradients: list[np.ndarray]) -> None:
        """Change the weights by one step."""
        if not self._means:
            self._means = [np.zeros_like(array) for array in weights]
            self._squares = [np.zeros_like(array) for array in weights]
        rate = self.learning_rate
        rate = float(rate(self._taken)) if callable(rate) else rate
        self._taken += 1
        rate *= np.sqrt(1 - self._beta_2**self._taken) / (1 - self._beta_1**self._taken)
        for array, gradient, mean, square in zip(
            weights, gradients, self._means, self._squares, strict=True
        ):
            mean += (gradient - mean) * (1 - self._beta_1)
            square += (gradient**2 - square) * (1 - self._beta_2)
            array -= rate * mean / (np.sqrt(square) + self._epsilon)


class _KerasSteps:
    """Keras's own steps."""

    def __init__(self, optimizer: Any) -> None:
        self._optimizer = type(optimizer).from_config(optimizer.get_config())
        self._variables: list[Any] = []

    @property
    def learning_rate(self) -> Any:
        """The rate of the next step."""
        return self._optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._optimizer.learning_rate = rate

    def take(self, weights: list[np.ndarray], gradients: list[np.ndarray]) -> None:
        """Change the weights by one step."""
        import keras

        if not self._variables:
            self._variables = [keras.Variable(array) for array in weights]
        tensors = [keras.ops.convert_to_tensor(gradient) for gradient in gradients]
        self._optimizer.apply(tensors, self._variables)
        for variable, array in zip(self._variables, weights, strict=True):
            array[...] = variable.numpy()
