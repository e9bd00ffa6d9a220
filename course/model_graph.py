"""Reads a Keras model as the graph of what it computes, in whichever style it was written.

`standard` turns any model into a Sequential or functional one of Keras's own layers: subclasses,
models inside models, classes with a `call` of their own, operations of `keras.ops`. `steps` lists
the layers of such a model in the order in which an image passes them.

The process that grades rebuilds a model from data, and runs no code of a learner. A layer or an
activation of the learner's own is replaced there, and here, by a stand-in that cannot be run.
"""

import inspect
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import numpy as np

from course.crossing import CannotCross

ACTIVATIONS = (
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish",
    "softplus", "softsign", "sigmoid", "hard_sigmoid", "hard_silu", "log_sigmoid", "tanh",
    "hard_tanh", "tanh_shrink", "hard_shrink", "soft_shrink", "squareplus", "softmax",
    "log_softmax", "exponential",
)  # fmt: skip
ACTIVATION_LAYERS = ("ELU", "LeakyReLU", "ReLU", "Softmax")
"""Layers without weights that can be given as `activation=`."""

DEEPEST = 3
"""Models nested deeper than this are laid out in one row of layers before they cross."""

OWN_FUNCTION = "only Keras's own functions can; give one by its name"
NOT_BUILT = (
    "it has no input shape yet; begin it with `tf.keras.Input(shape=(28, 28, 1))` or give its "
    "first layer `input_shape=(28, 28, 1)`"
)
NOT_BUILT_CLASS = (
    "it has no input shape yet; call `model.build((None, 28, 28, 1))` before you return it"
)
NOT_FOLLOWED = (
    "its `call` cannot be followed with a `keras.Input`; use Keras's layers and `keras.ops` in it, "
    "or return a Sequential or functional model"
)


@dataclass(frozen=True)
class Step:
    """A layer on an image's way through a model; shapes are without the batch axis."""

    layer: Any
    shape_in: tuple[Any, ...]
    shape_out: tuple[Any, ...]

    @property
    def kind(self) -> str:
        """The class name of the Keras layer, or of the learner's own class."""
        return str(getattr(self.layer, "stands_for", type(self.layer).__name__))

    @property
    def parameters(self) -> int:
        """The number of weights and biases, without those of an activation given as a layer."""
        if hasattr(self.layer, "stands_for"):
            return int(self.layer.count_params())
        return sum(int(np.prod(weight.shape)) for weight in own_weights(self.layer))


class OwnActivation:
    """Stands for an activation function that is not Keras's; it cannot be called."""

    def __init__(self, name: str, layer: str) -> None:
        """Remember the function's name and its layer's, for the refusal."""
        self.name, self.layer = name, layer
        self.__name__ = name

    def __call__(self, *_: Any) -> NoReturn:
        """Refuse to be run."""
        refuse(f"its layer `{self.layer}` has an activation `{self.name}` that cannot cross; "
               f"{OWN_FUNCTION}")  # fmt: skip


def refuse(reason: str) -> NoReturn:
    """Raise CannotCross from within a running model, past Keras's rewriting of errors."""
    refusal: Any = CannotCross("model", "Keras model", reason)
    refusal._keras_call_info_injected = True
    raise refusal


@cache
def foreign_layer() -> Any:
    """Return the class of layers that stand for a Lambda or a layer of a learner's own class."""
    import keras

    class Foreign(keras.layers.Layer):
        """A layer of which only its class's name, output shape and number of weights are known."""

        def __init__(
            self, stands_for: str, shape: list[int], parameters: int = 0, **named: Any
        ) -> None:
            super().__init__(**named)
            self.stands_for, self.shape, self.parameters = stands_for, list(shape), parameters

        def compute_output_shape(self, input_shape: Any) -> Any:
            return (input_shape[0], *self.shape)

        def count_params(self) -> int:
            return self.parameters

        def get_config(self) -> dict[str, Any]:
            own = {"stands_for": self.stands_for, "shape": self.shape}
            return {**super().get_config(), **own, "parameters": self.parameters}

        def call(self, _: Any) -> Any:
            refuse(foreign_reason(self.name, self.stands_for))

    return Foreign


def foreign_reason(name: str, kind: str) -> str:
    """Say why a layer cannot be run by the tests."""
    if kind == "Lambda":
        return f"its layer `{name}` is a Lambda; use Keras's other layers"
    return f"its layer `{name}` is a {kind}, which is not one of Keras's"


def is_keras_own(layer: Any) -> bool:
    """Tell whether it is exactly a layer class of Keras's, and no Lambda, or a stand-in for one."""
    import keras

    if type(layer) is foreign_layer():
        return True
    genuine = getattr(keras.layers, type(layer).__name__, None) is type(layer)
    return genuine and not isinstance(layer, keras.layers.Lambda)


def is_plain(model: Any) -> bool:
    """Tell whether it is exactly Keras's Sequential or functional model, and no subclass."""
    kind = type(model)
    named = kind.__name__ in ("Sequential", "Functional")
    return named and kind.__module__.startswith("keras.src.") and "call" not in vars(model)


def standard(model: Any, path: str) -> Any:
    """Return a Sequential or functional model of Keras's layers that computes the same.

    A model that is one already is returned itself; else its layers are laid out in a new functional
    model, which shares their weights. Raises `CannotCross`, naming the model by `path`, for a model
    that has no input shape, several inputs or outputs, or a `call` that cannot be followed.
    """
    _require_built(model, path)
    if _is_standard(model):
        return model
    import keras

    flattening = _Flattening(path)
    start, end = flattening.ends(model, None)
    entry = keras.Input(batch_shape=start.shape, dtype=start.dtype)
    try:
        return keras.Model(entry, flattening.run((start, end), entry), name=model.name)
    except ValueError as error:
        raise CannotCross(path, "Keras model", "two of its layers have the same name") from error


def _require_built(model: Any, path: str) -> None:
    """Refuse a model without an input shape."""
    import keras

    if model.built and (_has_own_call(model) or not isinstance(model, keras.Sequential)):
        return
    if not model.built or not model.inputs:
        raise CannotCross(
            path, "Keras model", NOT_BUILT_CLASS if _has_own_call(model) else NOT_BUILT
        )


def _is_standard(model: Any, depth: int = 0) -> bool:
    import keras

    if not is_plain(model) or depth > DEEPEST:
        return False
    # What a functional model computes without layers is among its operations only.
    operations = getattr(model, "operations", model.layers)
    return all(
        _is_standard(part, depth + 1) if isinstance(part, keras.Model) else is_keras_own(part)
        for part in operations
    )


def _has_own_call(model: Any) -> bool:
    import keras

    plain = (keras.Sequential.call, _functional().call)
    return type(model).call not in plain or "call" in vars(model)


def _functional() -> Any:
    """Return Keras's class of functional models, which has no public name."""
    import keras

    entry = keras.Input((1,))
    return type(keras.Model(entry, entry))


class _Flattening:
    """Calls the layers of a model, and of those inside it, on new tensors."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.converted: dict[int, tuple[Any, Any]] = {}

    def ends(self, model: Any, shape: Any) -> tuple[Any, Any]:
        """Return a model's one input and one output; `shape` is that of what it is called on."""
        if _has_own_call(model):
            return self._traced(model, shape)
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            raise CannotCross(
                self.path,
                "Keras model",
                "models with one input and one output can be sent to the tests",
            )
        return model.inputs[0], model.outputs[0]

    def _traced(self, model: Any, shape: Any) -> tuple[Any, Any]:
        """Follow a `call` of the learner's own with a symbolic image."""
        import keras

        kind = f"Keras model of the class {type(model).__name__}"
        shape = shape or (model.get_build_config() or {}).get("input_shape")
        if not isinstance(shape, (tuple, list)):
            raise CannotCross(self.path, kind, NOT_BUILT_CLASS)
        start = keras.Input(batch_shape=(None, *shape[1:]))
        named = {"training": None} if "training" in inspect.signature(model.call).parameters else {}
        try:
            end = model.call(start, **named)
            keras.Model(start, end)
        # A learner's `call` may raise anything.
        except Exception as error:
            raise CannotCross(self.path, kind, NOT_FOLLOWED) from error
        return start, end

    def run(self, ends: tuple[Any, Any], entry: Any) -> Any:
        """Return what comes out where `entry` goes in."""
        start, end = ends
        made = {id(start): entry}
        return self._of(end, made)

    def _of(self, tensor: Any, made: dict[int, Any]) -> Any:
        if id(tensor) not in made:
            operation, node = _maker(tensor)
            if not node.input_tensors:
                raise CannotCross(
                    self.path,
                    "Keras model",
                    "models with one input and one output can be sent to the tests",
                )
            self._refuse_arguments(operation, node)
            inputs = [self._of(source, made) for source in node.input_tensors]
            made[id(tensor)] = self._called(operation, inputs, tensor)
        return made[id(tensor)]

    def _refuse_arguments(self, operation: Any, node: Any) -> None:
        """Refuse arguments such as training=True, which change what a layer computes."""
        import keras

        given = {key: value for key, value in node.arguments.kwargs.items() if value is not None}
        # Keras passes the default of a `call` on as if it had been given.
        if isinstance(operation, keras.Model) and _has_own_call(operation):
            default = inspect.signature(operation.call).parameters.get("training")
            if default is not None and given.get("training") == default.default:
                del given["training"]
        if given:
            reason = "its layers are called with extra arguments"
            raise CannotCross(self.path, "Keras model", reason)

    def _called(self, operation: Any, inputs: list[Any], tensor: Any) -> Any:
        import keras

        if isinstance(operation, keras.Model):
            return self.run(self.ends(operation, inputs[0].shape), inputs[0])
        # Kept with its operation, so that no other object gets its id.
        if id(operation) not in self.converted:
            self.converted[id(operation)] = operation, self._as_layer(operation, tensor)
        layer = self.converted[id(operation)][1]
        return layer(inputs if len(inputs) > 1 else inputs[0])

    def _as_layer(self, operation: Any, tensor: Any) -> Any:
        import keras

        if not isinstance(operation, keras.layers.Layer):
            return _layer_for(operation, self.path)
        if is_keras_own(operation):
            return operation
        kind, shape = type(operation).__name__, list(tensor.shape[1:])
        return foreign_layer()(kind, shape, int(operation.count_params()), name=operation.name)


def _maker(tensor: Any) -> tuple[Any, Any]:
    """Return the operation that made a symbolic tensor, and the call of it that did."""
    operation, index, _ = tensor._keras_history
    return operation, operation._inbound_nodes[index]


def _layer_for(operation: Any, path: str) -> Any:
    """Return the layer that does what an operation of `keras.ops` or `keras.activations` does."""
    from keras import layers

    kind, settings = type(operation).__name__, vars(operation)
    plain = kind.lower()
    if plain == "relu":
        names = ("negative_slope", "max_value", "threshold")
        return layers.ReLU(**{name: settings[name] for name in names if name in settings})
    if plain == "softmax":
        return layers.Softmax(axis=settings.get("axis", -1))
    if plain == "reshape" and settings["newshape"][0] in (-1, None):
        return layers.Reshape(tuple(settings["newshape"][1:]))
    if plain == "leakyrelu":
        return layers.LeakyReLU(negative_slope=settings["negative_slope"])
    known = {name.replace("_", ""): name for name in ACTIVATIONS}
    if plain in known:
        return layers.Activation(known[plain])
    reason = f"its `{kind}` is not one of Keras's layers; use tf.keras.layers"
    raise CannotCross(path, "Keras model", reason)


def steps(model: Any) -> list[Step] | None:
    """List the layers of a model as `standard` gives it, also of those inside it, in their order.

    The input is left out. Returns None if the layers do not follow one another in one row.
    """
    import keras

    found: list[Step] = []
    start, tensor = model.inputs[0], model.outputs[0]
    while tensor is not start and tensor._keras_history.operation is not None:
        operation, node = _maker(tensor)
        if isinstance(operation, keras.layers.InputLayer):
            break
        if len(node.input_tensors) != 1:
            return None
        source = node.input_tensors[0]
        inner = [Step(operation, tuple(source.shape[1:]), tuple(tensor.shape[1:]))]
        if isinstance(operation, keras.Model):
            nested = steps(operation)
            if nested is None:
                return None
            inner = nested
        found = inner + found
        tensor = source
    return found


def own_weights(layer: Any) -> list[Any]:
    """List a layer's weights without those of an activation that is a layer, such as PReLU."""
    others = {id(weight) for weight in getattr(getattr(layer, "activation", None), "weights", [])}
    return [weight for weight in layer.weights if id(weight) not in others]


def activation_name(function: Any) -> str:
    """Return Keras's name of a genuine activation function, or "" for any other.

    Keras writes a student's own function `relu` as "relu", and `tf.nn.softmax` as "softmax_v2".
    Therefore the name is found through the object, not through its `__name__`.
    """
    return next((name for name, genuine in genuine_activations() if function is genuine), "")


def is_activation_layer(activation: Any) -> bool:
    """Tell whether an activation is one of Keras's layers, such as `ReLU(max_value=6)`."""
    import keras

    return any(type(activation) is getattr(keras.layers, kind) for kind in ACTIVATION_LAYERS)


def genuine_activations() -> list[tuple[str, Any]]:
    """Pair each name with the functions that are this activation in Keras and TensorFlow."""
    import keras

    tensorflow = sys.modules.get("tensorflow")
    # keras.ops.gelu has another default than keras.activations.gelu.
    modules = [
        keras.activations,
        getattr(tensorflow, "nn", None),
        getattr(tensorflow, "math", None),
    ]
    pairs = [(n, getattr(module, n, None)) for module in modules for n in ACTIVATIONS]
    pairs += [(n, getattr(keras.ops, n, None)) for n in ACTIVATIONS if n != "gelu"]
    return [(name, function) for name, function in pairs if function is not None]


def require_runnable(model: Any, path: str) -> None:
    """Raise `CannotCross` for the first layer or activation that the tests cannot run."""
    for layer in all_layers(standard(model, path)):
        if hasattr(layer, "stands_for"):
            raise CannotCross(path, "Keras model", foreign_reason(layer.name, layer.stands_for))
        activation = getattr(layer, "activation", None)
        if activation is None or activation_name(activation) or is_activation_layer(activation):
            continue
        own = getattr(activation, "__name__", type(activation).__name__)
        reason = f"its layer `{layer.name}` has an activation `{own}` that cannot cross"
        raise CannotCross(path, "Keras model", f"{reason}; {OWN_FUNCTION}")


def all_layers(model: Any) -> list[Any]:
    """List the layers of a model and of those inside it."""
    found = []
    for layer in model.layers:
        found += all_layers(layer) if hasattr(layer, "layers") else [layer]
    return found
