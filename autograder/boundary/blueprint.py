"""Reads a model's configuration into a graph of unbuilt layers.

Sequential and Functional configurations give the same graph: one input, nodes ordered so that each
comes after its sources, one output. No weights are allocated.
"""

from dataclasses import dataclass, field
from typing import Any

from autograder.boundary import layer_rules as layers
from autograder.boundary.channel import printable
from course.crossing import CannotCross
from course.model_graph import DEEPEST

MAX_LAYERS = 100
MAX_NESTING = DEEPEST
MAX_SIDE = 4096
INPUT_DTYPES = ("float16", "float32", "float64", "uint8", "int32", "int64")
MODULES = ("keras.layers", "keras", "keras.models", "keras.src.models.functional")
Key = tuple[str, int]


@dataclass(frozen=True)
class Node:
    """A call of a layer: the index of the call among those of its layer, and its inputs."""

    layer: str
    index: int
    sources: tuple[Key, ...]
    merges: bool = False


@dataclass
class Blueprint:
    """A model to build: layers by name (a nested model is a `Blueprint` too) and their calls."""

    family: str
    name: str
    input_name: str
    input_shape: tuple[int, ...]
    input_dtype: str
    output: Key
    trainable: bool = True
    batch: int | None = None
    """The number of images that go in at once, where it is fixed."""
    layers: dict[str, Any] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)


def read_blueprint(family: str, config: dict[str, Any], path: str) -> Blueprint:
    """Read the configuration that `get_config` gives for a Sequential or Functional model.

    Raises `CannotCross`, naming the model by `path`, for anything but built-in layers.
    """
    try:
        return _Reader(path).model(family, config)
    except CannotCross:
        raise
    # A configuration of the wrong form can cause any error, here and in Keras.
    except Exception as error:
        reason = "its configuration is not one that Keras writes"
        raise CannotCross(path, "Keras model", reason) from error


class _Reader:
    """Reads one configuration; counts layers across nested models."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0

    def refuse(self, reason: str) -> CannotCross:
        return CannotCross(self.path, "Keras model", reason)

    def model(self, family: str, config: dict[str, Any], depth: int = 0) -> Blueprint:
        if depth > MAX_NESTING:
            raise self.refuse("its models are nested too deeply")
        if family not in ("Sequential", "Functional"):
            raise self.refuse("only Sequential and functional models can be sent to the tests")
        entries = config["layers"]
        self.count += len(entries)
        if self.count > MAX_LAYERS:
            raise self.refuse(f"it has more than {MAX_LAYERS} layers")
        inputs = [entry for entry in entries if _is_input(entry)]
        if not inputs:
            raise self.refuse("it has no input shape; begin it with `tf.keras.Input(shape=…)`")
        if len(inputs) > 1 or len(entries) < 2:
            raise self.refuse(
                "models with one input and at least one layer can be sent to the tests"
            )
        return self._graph(family, config, inputs[0], depth)

    def _graph(self, family: str, config: dict[str, Any], first: Any, depth: int) -> Blueprint:
        plan = self._with_input(family, config, first["config"])
        plan.trainable = layers.flag(config.get("trainable", True))
        others = [entry for entry in config["layers"] if entry is not first]
        for entry in others:
            name = layers.name(entry["config"]["name"])
            if name in plan.layers or name == plan.input_name:
                raise self.refuse("two of its layers have the same name")
            plan.layers[name] = self._layer(entry, depth)
        if family == "Sequential":
            _chain(plan)
        else:
            self._connect(plan, config, others)
        return plan

    def _with_input(self, family: str, config: dict[str, Any], entry: Any) -> Blueprint:
        shape = entry["batch_shape"][1:]
        side = layers.whole(1, MAX_SIDE)
        if any(size is None for size in shape) or not 1 <= len(shape) <= 3:
            raise self.refuse("its input needs a shape of known sizes, e.g. (28, 28, 1)")
        sizes = tuple(side(size) for size in shape)
        name = layers.name(entry["name"])
        dtype = layers.one_of(*INPUT_DTYPES)(entry["dtype"])
        plan = Blueprint(family, layers.name(config["name"]), name, sizes, dtype, (name, 0))
        plan.batch = layers.optional(layers.whole(1, layers.LARGEST_SIZE))(entry["batch_shape"][0])
        return plan

    def _layer(self, entry: dict[str, Any], depth: int) -> Any:
        kind, module = entry["class_name"], entry["module"]
        if type(kind) is not str or entry.get("registered_name") not in (None, kind):
            raise self.refuse("it has a layer that is not one of Keras's")
        if kind in ("Sequential", "Functional") and module in MODULES:
            return self.model(kind, entry["config"], depth + 1)
        if (module, kind) == ("course.model_graph", "Foreign"):
            return layers.stand_in_from(entry["config"])
        if module != "keras.layers":
            shown = printable(kind, 40)
            raise self.refuse(f"its `{shown}` is not one of Keras's layers; use tf.keras.layers")
        return layers.layer_from(kind, entry["config"], self.path)

    def _connect(self, plan: Blueprint, config: dict[str, Any], entries: list[Any]) -> None:
        """Order the calls of a Functional model so that each comes after its sources."""
        waiting = []
        for entry in entries:
            merges = entry["class_name"] in layers.MERGING
            for index, call in enumerate(entry["inbound_nodes"]):
                sources = self._sources(call, merges)
                waiting.append(Node(entry["config"]["name"], index, sources, merges))
        if len(waiting) > 2 * MAX_LAYERS:
            raise self.refuse("its layers are used too often")
        done: set[Key] = {(plan.input_name, 0)}
        while ready := [node for node in waiting if _is_ready(node, done)]:
            plan.nodes += ready
            done |= {(node.layer, node.index) for node in ready}
            waiting = [node for node in waiting if node not in ready]
        start, plan.output = self._end(config["input_layers"]), self._end(config["output_layers"])
        if waiting or plan.output not in done or start != (plan.input_name, 0):
            raise self.refuse("its layers are not connected from one input to one output")

    def _end(self, written: list[Any]) -> Key:
        """Read the one input or output, written as [name, 0, 0] or [[name, 0, 0]]."""
        (end,) = written if len(written) == 1 else (written,)
        if type(end) is not list or not end or type(end[0]) is not str:
            raise self.refuse("models with one input and one output can be sent to the tests")
        return _key(end)

    def _sources(self, call: dict[str, Any], merges: bool) -> tuple[Key, ...]:
        (inputs,) = call["args"]
        # Arguments such as training=True and masks change what a layer computes.
        if any(value is not None for value in call["kwargs"].values()):
            raise self.refuse("its layers are called with extra arguments")
        tensors = inputs if merges else [inputs]
        if not 1 <= len(tensors) <= MAX_LAYERS:
            raise self.refuse("a layer has no input")
        return tuple(_key(tensor["config"]["keras_history"]) for tensor in tensors)


def _is_input(entry: dict[str, Any]) -> bool:
    return entry["class_name"] == "InputLayer" and entry["module"] == "keras.layers"


def _is_ready(node: Node, done: set[Key]) -> bool:
    earlier = node.index == 0 or (node.layer, node.index - 1) in done
    return earlier and all(source in done for source in node.sources)


def _chain(plan: Blueprint) -> None:
    """Connect a Sequential model's layers one after another."""
    for name in plan.layers:
        plan.nodes.append(Node(name, 0, (plan.output,)))
        plan.output = (name, 0)


def _key(history: Any) -> Key:
    name, index, output = history
    if output != 0:
        raise ValueError("a layer has one output")
    return layers.name(name), layers.whole(0, 2 * MAX_LAYERS)(index)
