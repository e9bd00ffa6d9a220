"""A Keras model from the record of one: validated, surveyed, and only then built.

No `load_model`, no deserialization, no class or function of a student's: whoever lies about a
model gets the model that was described, with the marks that this one deserves.
"""

from typing import Any

from autograder.boundary.agent.convpool_agent.records import CannotCross, ModelRecord
from autograder.boundary.blueprint import Blueprint, Key, read_blueprint
from autograder.boundary.compiling import compile_as_described
from autograder.boundary.survey import survey
from autograder.boundary.text import printable


def rebuild(record: ModelRecord, path: str = "model") -> Any:
    """Build a `keras.Sequential` or functional model of built-in layers, with its weights.

    A model whose compile() cannot be described comes back uncompiled, and its attribute
    `compile_refusal` says why. Raises `CannotCross`, naming the model by `path`, for anything
    that is not on the lists in `layers` or beyond the bounds in `survey`.
    """
    plan = read_blueprint(record.family, record.config, path)
    survey(plan, record.weights, path)
    try:
        model = _built(plan)
    # Keras's last word, of whatever type, is about the model that was described.
    except Exception as error:
        raise CannotCross(path, "Keras model", "Keras cannot build it") from error
    load_weights(model, record, path)
    model.compile_refusal = printable(record.compile_refusal, 300)
    if record.compiled is not None:
        compile_like(model, record.compiled, path)
    return model


def _built(plan: Blueprint) -> Any:
    import keras

    layers = {name: _built_layer(layer) for name, layer in plan.layers.items()}
    first = {"dtype": plan.input_dtype, "name": plan.input_name}
    if plan.family == "Sequential":
        entry = keras.layers.InputLayer(batch_shape=(None, *plan.input_shape), **first)
        model = keras.Sequential([entry, *layers.values()], name=plan.name)
    else:
        model = _connected(plan, layers, keras.Input(plan.input_shape, **first))
    if not plan.trainable:
        model.trainable = False
    return model


def _built_layer(layer: Any) -> Any:
    return _built(layer) if isinstance(layer, Blueprint) else layer


def _connected(plan: Blueprint, layers: dict[str, Any], start: Any) -> Any:
    import keras

    tensors: dict[Key, Any] = {(plan.input_name, 0): start}
    for node in plan.nodes:
        given = [tensors[source] for source in node.sources]
        tensors[node.layer, node.index] = layers[node.layer](given if node.merges else given[0])
    return keras.Model(start, tensors[plan.output], name=plan.name)


def load_weights(model: Any, record: ModelRecord, path: str) -> None:
    """Put a record's arrays into a model's layers; `CannotCross` where they do not fit."""
    try:
        for name, arrays in record.weights.items():
            layer = model
            for part in name.split("/"):
                layer = layer.get_layer(part)
            layer.set_weights(arrays)
    except (ValueError, AttributeError) as error:
        raise CannotCross(path, "Keras model", "its layers are not what they were") from error


def compile_like(model: Any, compiled: dict[str, Any], path: str) -> None:
    """Compile a model as described, or note in `compile_refusal` why it cannot be."""
    try:
        compile_as_described(model, compiled, path)
    except CannotCross as refusal:
        model.compile_refusal = refusal.reason
