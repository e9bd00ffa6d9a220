"""A model crosses as data and is rebuilt from built-in layers, or is refused with a reason."""

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import encode
from autograder.boundary.agent.convpool_agent.keras_values import rebuild_here, reduce
from autograder.boundary.agent.convpool_agent.records import ModelRecord
from autograder.boundary.layer_rules import LAYERS
from autograder.boundary.model import rebuild
from course.crossing import CannotCross
from course.model_graph import ACTIVATIONS, genuine_activations, require_runnable

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
L = keras.layers
IMAGES = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")


def crossed(model: Any) -> ModelRecord:
    """What the other side reads after the model was written as bytes."""
    return decode(encode({"model": model}, {"model": "model"}, reduce))["model"]


def small(*layers: Any, shape: tuple[int, ...] = (28, 28, 1)) -> Any:
    return keras.Sequential([keras.Input(shape), *layers])


def lesson_cnn() -> Any:
    return small(
        L.Conv2D(64, (3, 3), activation="relu"),
        L.MaxPooling2D(2, 2),
        L.Conv2D(64, (3, 3), activation="relu"),
        L.MaxPooling2D(2, 2),
        L.Flatten(),
        L.Dense(128, activation="relu"),
        L.Dense(10, activation="softmax"),
    )


def by_add() -> Any:
    model = keras.Sequential()
    with pytest.warns(UserWarning, match="input_shape"):
        model.add(L.Conv2D(np.int64(4), 3, activation=tf.nn.relu, input_shape=(28, 28, 1)))
    model.add(L.MaxPooling2D())
    model.add(L.Flatten())
    model.add(L.Dense(10, activation=tf.nn.softmax))
    return model


def functional() -> Any:
    entry = keras.Input((28, 28, 1))
    left = L.Conv2D(4, 3, padding="same", activation="relu")(entry)
    right = L.Conv2D(4, 3, padding="same", activation="tanh")(entry)
    together = L.Concatenate()([L.Add()([left, right]), left])
    return keras.Model(entry, L.Dense(10, activation="softmax")(L.Flatten()(together)))


def functional_with_a_shared_layer() -> Any:
    entry = keras.Input((28, 28, 1))
    pool = L.MaxPooling2D(2)
    features = pool(L.Conv2D(4, 3)(pool(entry)))
    return keras.Model(entry, L.Dense(10)(L.Flatten()(features)))


def nested() -> Any:
    head = keras.Sequential([keras.Input((26, 26, 2)), L.Flatten(), L.Dense(10)])
    return small(L.Conv2D(2, 3), head)


def built_by_its_first_images() -> Any:
    model = keras.Sequential([L.Flatten(), L.Dense(10, activation=tf.nn.softmax)])
    model(IMAGES)
    return model


def with_normalization() -> Any:
    model = small(L.Conv2D(3, 3), L.BatchNormalization(), L.Dropout(0.3), L.ReLU(), L.Flatten())
    for layer in model.layers:
        rng = np.random.default_rng(1)
        layer.set_weights([rng.random(w.shape) + 0.5 for w in layer.get_weights()])
    return model


def of_every_other_layer() -> Any:
    return small(
        L.Rescaling(1 / 255, offset=0.1),
        L.RandomFlip("horizontal"),
        L.RandomRotation(0.1),
        L.RandomTranslation(0.1, 0.1),
        L.RandomZoom(0.1),
        L.GaussianNoise(0.1),
        L.ZeroPadding2D(1),
        L.SeparableConv2D(4, 3, depth_multiplier=2),
        L.DepthwiseConv2D(3, depth_multiplier=2, activation="silu"),
        L.SpatialDropout2D(0.1),
        L.Conv2D(8, 3, groups=2, dilation_rate=2, kernel_regularizer="l2", use_bias=False),
        L.LeakyReLU(),
        L.PReLU(shared_axes=[1, 2]),
        L.ELU(),
        L.Identity(),
        L.Cropping2D(1),
        L.AlphaDropout(0.1),
        L.GaussianDropout(0.1),
        L.ActivityRegularization(l2=0.1),
        L.AveragePooling2D(2),
        L.Activation(tf.nn.tanh),
        L.Permute((2, 1, 3)),
        L.Reshape((-1, 8)),
        L.Dense(4, activation=L.ReLU()),
        L.BatchNormalization(scale=False),
        L.Softmax(),
    )


def with_global_pooling() -> Any:
    entry = keras.Input((28, 28, 1))
    features = L.Conv2D(4, 3)(entry)
    tops = [L.GlobalAveragePooling2D()(features), L.GlobalMaxPooling2D()(features)]
    joined = [L.Maximum()(tops), L.Average()(tops), L.Multiply()(tops)]
    return keras.Model(entry, L.Dense(3)(L.Concatenate()(joined)))


HONEST: list[Callable[[], Any]] = [
    lesson_cnn,
    by_add,
    functional,
    functional_with_a_shared_layer,
    nested,
    built_by_its_first_images,
    with_normalization,
    of_every_other_layer,
    with_global_pooling,
]


@pytest.fixture(scope="module")
def honest_models() -> dict[str, Any]:
    return {make.__name__: make() for make in HONEST}


@pytest.mark.parametrize("name", [make.__name__ for make in HONEST])
def test_a_rebuilt_model_predicts_the_same(honest_models: dict[str, Any], name: str) -> None:
    model = honest_models[name]
    again = rebuild(crossed(model))
    # Augmenting layers work unless they are told that this is no training.
    predictions = again(IMAGES, training=False), model(IMAGES, training=False)
    np.testing.assert_allclose(*predictions, rtol=1e-5, atol=1e-6)
    assert type(again) is type(model)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert again.count_params() == model.count_params()


@pytest.mark.parametrize("name", ["lesson_cnn", "functional", "nested", "with_normalization"])
def test_a_model_that_is_passed_in_predicts_the_same_there(
    honest_models: dict[str, Any], name: str
) -> None:
    model = honest_models[name]
    there = rebuild_here(crossed(rebuild(crossed(model))))
    np.testing.assert_allclose(there(IMAGES), model(IMAGES), rtol=1e-5, atol=1e-6)


def test_the_honest_models_use_every_layer_on_the_list(honest_models: dict[str, Any]) -> None:
    used = {type(layer).__name__ for model in honest_models.values() for layer in model.layers}
    assert set(LAYERS) <= used


def test_the_lesson_cnn_keeps_its_parameters(honest_models: dict[str, Any]) -> None:
    assert rebuild(crossed(honest_models["lesson_cnn"])).count_params() == 243_786


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 0), (0, 1), (1, 1)])
def test_one_input_or_output_may_stand_in_a_list(inputs: bool, outputs: bool) -> None:
    entry = keras.Input((3,))
    result = L.Dense(2)(entry)
    model = keras.Model([entry] if inputs else entry, [result] if outputs else result)
    values = np.ones((2, 3), "float32")
    expected = model([values] if inputs else values)
    np.testing.assert_allclose(rebuild(crossed(model))(values), expected, rtol=1e-5)


def test_regularizers_cross() -> None:
    model = small(L.Flatten(), L.Dense(2, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2)))
    again = rebuild(crossed(model))
    np.testing.assert_allclose(sum(again.losses), sum(model.losses), rtol=1e-5)


def test_a_frozen_layer_stays_frozen() -> None:
    model = small(L.Flatten(), L.Dense(2), L.Dense(2))
    model.layers[1].trainable = False
    again = rebuild(crossed(model))
    assert [layer.trainable for layer in again.layers] == [True, False, True]
    model.trainable = False
    assert not rebuild(crossed(model)).trainable_weights


def test_every_function_taken_for_an_activation_computes_it() -> None:
    values = np.linspace(-4, 4, 60, dtype="float32").reshape(6, 10)
    for name, function in genuine_activations():
        expected = keras.activations.get(name)(values)
        np.testing.assert_allclose(function(values), expected, rtol=1e-5, atol=1e-6, err_msg=name)
    assert {name for name, _ in genuine_activations()} == set(ACTIVATIONS)


def relu(x: Any) -> Any:
    return 2 * x


def softmax_v2(x: Any) -> Any:
    return x


@pytest.mark.parametrize("own", [relu, softmax_v2, lambda x: x, functools.partial(relu), L.PReLU()])
def test_an_activation_of_ones_own_crosses_as_a_stand_in_that_cannot_be_run(own: Any) -> None:
    model = small(L.Flatten(), L.Dense(3, activation=own))
    again = rebuild(crossed(model))

    assert model.layers[1].activation is own
    assert [w.shape for w in again.get_weights()] == [(784, 3), (3,)]
    with pytest.raises(CannotCross, match="only Keras's own functions can; give one by its name"):
        again(IMAGES)
    for either in (model, again):
        with pytest.raises(CannotCross, match="has an activation"):
            require_runnable(either, "model")


@pytest.mark.parametrize("activation", [L.ReLU(max_value=1), L.LeakyReLU(0.2), L.ELU(0.5)])
def test_an_activation_given_as_a_layer_keeps_its_settings(activation: Any) -> None:
    model = small(L.Flatten(), L.Dense(3, activation=activation))
    require_runnable(model, "model")

    np.testing.assert_allclose(rebuild(crossed(model))(IMAGES), model(IMAGES), rtol=1e-5)


class OwnLayer(L.Layer):
    def call(self, x: Any) -> Any:
        return x


class Dense(L.Dense):
    def call(self, x: Any) -> Any:
        return 0 * super().call(x)


class OwnSequential(keras.Sequential):
    pass


class OwnFunctional(keras.Model):
    def __init__(self) -> None:
        entry = keras.Input((28, 28, 1))
        super().__init__(entry, L.Dense(2)(L.Flatten()(entry)))


class OwnModel(keras.Model):
    """Branches, and uses a function of `keras.ops`."""

    def __init__(self) -> None:
        super().__init__()
        self.left = L.Conv2D(2, 3, padding="same")
        self.top, self.merge, self.flat = L.Dense(3), L.Add(), L.Flatten()

    def call(self, x: Any, training: bool = False) -> Any:
        both = self.merge([self.left(x), keras.ops.relu(x)])
        return self.top(self.flat(both))


class TensorFlowModel(keras.Model):
    def call(self, x: Any) -> Any:
        return tf.nn.relu(x)


def run_once(model: Any) -> Any:
    model(IMAGES)
    return model


def built_by_shape(model: Any) -> Any:
    with pytest.warns(UserWarning, match="build"):
        model.build((None, 28, 28, 1))
    return model


def inside() -> Any:
    return keras.Sequential([keras.Input((28, 28, 1)), OwnModel(), L.Softmax()])


def deep() -> Any:
    model = small(L.Conv2D(2, 3))
    for _ in range(9):
        model = small(model)
    return model


OTHER_STYLES: dict[str, Callable[[], Any]] = {
    "subclass of Sequential": lambda: OwnSequential([keras.Input((28, 28, 1)), L.Conv2D(2, 3)]),
    "subclass of a functional model": OwnFunctional,
    "own call, run once": lambda: run_once(OwnModel()),
    "own call, built by its shape": lambda: built_by_shape(OwnModel()),
    "own call inside a model": inside,
    "ten models deep": deep,
}


@pytest.mark.parametrize("style", OTHER_STYLES)
def test_a_model_of_another_style_crosses_as_the_layers_that_it_computes(style: str) -> None:
    model = OTHER_STYLES[style]()
    again = rebuild(crossed(model))

    assert type(again).__name__ == "Functional"
    np.testing.assert_allclose(again(IMAGES), model(IMAGES), rtol=1e-5, atol=1e-6)
    assert again.count_params() == model.count_params()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (lambda: L.Lambda(lambda x: x), "is a Lambda; use Keras's other layers"),
        (lambda: OwnLayer(name="mine"), "layer `mine` is a OwnLayer"),
        (lambda: Dense(3), "is a Dense, which is not one of Keras's"),
    ],
)
def test_a_layer_of_ones_own_crosses_as_a_stand_in_that_cannot_be_run(
    layer: Callable[[], Any], said: str
) -> None:
    model = small(L.Flatten(), layer())
    again = rebuild(crossed(model))

    assert again.output_shape == model.output_shape
    assert again.layers[-1].count_params() == model.layers[-1].count_params()
    for refuse in (lambda: again(IMAGES), lambda: require_runnable(model, "model")):
        with pytest.raises(CannotCross) as refusal:
            refuse()
        assert said in str(refusal.value)


def test_constraints_and_a_fixed_number_of_images_cross() -> None:
    dense = L.Dense(2, kernel_constraint=keras.constraints.MaxNorm(0.5), bias_constraint="non_neg")
    again = rebuild(crossed(keras.Sequential([keras.Input((3,), batch_size=7), dense])))

    assert again.input_shape == (7, 3)
    assert again.layers[0].kernel_constraint.max_value == 0.5
    assert type(again.layers[0].bias_constraint).__name__ == "NonNeg"


def operations() -> Any:
    entry = keras.Input((28, 28, 1))
    return keras.Model(entry, L.Flatten()(keras.ops.relu(entry) * 2))


def two_outputs() -> Any:
    entry = keras.Input((28, 28, 1))
    return keras.Model(entry, [L.Flatten()(entry), L.ReLU()(entry)])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: OwnModel(), r"call `model.build((None, 28, 28, 1))` before you return it"),
        (lambda: run_once(TensorFlowModel()), "its `call` cannot be followed"),
        (lambda: keras.Sequential([L.Dense(3)]), "it has no input shape yet; begin it with"),
        (
            lambda: small(L.Flatten(), L.Dense(2, kernel_constraint=lambda w: w)),
            "`kernel_constraint` of its Dense layer cannot be used",
        ),
        (
            lambda: small(L.LSTM(2), shape=(3, 3)),
            "`LSTM` cannot cross; these layers can: InputLayer",
        ),
        (lambda: small(L.Conv2D(2, 3), shape=(None, None, 1)), "a shape of known sizes"),
        (operations, "`Multiply` is not one of Keras's layers"),
        (two_outputs, "models with one input and one output can be sent to the tests"),
    ],
)
def test_an_honest_side_says_what_is_allowed(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(CannotCross) as refusal:
        rebuild(crossed(make()))
    assert said in str(refusal.value)


@pytest.fixture(scope="module")
def record() -> ModelRecord:
    model = small(L.Conv2D(2, 3, name="conv"), L.Flatten(), L.Dense(3, name="dense"))
    model.compile("adam", "mse", ["accuracy"])
    return crossed(model)


def entry_of(record: ModelRecord, index: int) -> dict[str, Any]:
    return record.config["layers"][index]


def setting(index: int, key: str, value: Any) -> Callable[[ModelRecord], None]:
    return lambda record: entry_of(record, index)["config"].__setitem__(key, value)


def claim(index: int, **parts: Any) -> Callable[[ModelRecord], None]:
    return lambda record: entry_of(record, index).update(parts)


def weights(name: str, *shapes: tuple[int, ...]) -> Callable[[ModelRecord], None]:
    arrays = [np.zeros(shape, "float32") for shape in shapes]
    return lambda record: record.weights.__setitem__(name, arrays)


def many_layers(record: ModelRecord) -> None:
    record.config["layers"] += [
        {**copy.deepcopy(entry_of(record, 2)), "config": {"name": f"flatten_{n}"}}
        for n in range(100)
    ]


def nest(record: ModelRecord) -> None:
    for _ in range(5):
        inner = {"class_name": "Sequential", "module": "keras", "config": dict(record.config)}
        record.config["layers"] = [entry_of(record, 0), inner]


def twice(record: ModelRecord) -> None:
    record.config["layers"].append(entry_of(record, 2))


LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "registered_name": None}
OWN_RELU = {"module": "builtins", "class_name": "function", "config": "relu"}
HOSTILE: dict[str, Callable[[ModelRecord], None]] = {
    "module in a setting": setting(3, "module", "os"),
    "own module": claim(3, module="student"),
    "module of Keras's inside": claim(3, module="keras.src.layers.core.dense"),
    "registered class": claim(3, registered_name="mine>Dense"),
    "class from elsewhere": claim(3, class_name="system", module="os"),
    "lambda layer": claim(3, **LAMBDA),
    "TFSMLayer": claim(3, class_name="TFSMLayer"),
    "class name of another type": claim(3, class_name=["Dense"]),
    "class name that is an attribute": claim(3, class_name="__class__"),
    "layer without settings": claim(3, config={}),
    "settings of another type": claim(3, config="units=3"),
    "setting by number": lambda record: entry_of(record, 3)["config"].update({7: 7}),
    "function for an activation": setting(3, "activation", OWN_RELU),
    "activation of another layer": setting(3, "activation", {"class_name": "Dense", "config": {}}),
    "activation without settings": setting(3, "activation", {"class_name": "ReLU", "config": 3}),
    "activation with a path": setting(
        3, "activation", {"class_name": "ReLU", "config": {"module": "os"}}
    ),
    "stand-in of another form": claim(2, class_name="Foreign", module="course.model_graph"),
    "stand-in of a huge shape": claim(
        2,
        class_name="Foreign",
        module="course.model_graph",
        config={"name": "f", "stands_for": "F", "shape": [10**12], "parameters": 0},
    ),
    "constraint of one's own": setting(3, "kernel_constraint", OWN_RELU),
    "unknown activation": setting(3, "activation", "student_relu"),
    "activation by module": setting(3, "activation", "os.system"),
    "ten billion units": setting(3, "units", 10**10),
    "a million units": setting(3, "units", 10**6),
    "units of another type": setting(3, "units", True),
    "negative units": setting(3, "units", -3),
    "kernel larger than the image": setting(1, "kernel_size", [40, 40]),
    "kernel of 10^5": setting(1, "kernel_size", [10**5, 10**5]),
    "kernel of one number": setting(1, "kernel_size", [3]),
    "channels first": setting(1, "data_format", "channels_first"),
    "groups that do not divide": setting(1, "groups", 7),
    "other dtype": setting(3, "dtype", "string"),
    "quantized": setting(3, "dtype", {"class_name": "QuantizedDTypePolicy", "config": {}}),
    "regularizer of one's own": setting(3, "kernel_regularizer", OWN_RELU),
    "regularizer that is not finite": setting(
        3, "kernel_regularizer", {"class_name": "L2", "config": {"l2": float("nan")}}
    ),
    "setting that is switched on": setting(3, "quantization_config", {"mode": "int8"}),
    "name with a path": setting(3, "name", "../dense"),
    "same name twice": twice,
    "a hundred layers too many": many_layers,
    "nested five times": nest,
    "no layers": lambda record: record.config.update(layers=[]),
    "layers of another type": lambda record: record.config.update(layers="abc"),
    "image of 10^5": setting(0, "batch_shape", [None, 10**5, 10**5, 1]),
    "image of six axes": setting(0, "batch_shape", [None, 2, 2, 2, 2, 2, 2]),
    "two inputs": lambda record: record.config["layers"].append(entry_of(record, 0)),
    "weights of another shape": weights("dense", (3, 3), (3,)),
    "weights transposed": weights("dense", (3, 1352), (3,)),
    "weights missing": lambda record: record.weights.pop("dense").clear(),
    "weights too many": weights("dense", (1352, 3), (3,), (3,)),
    "weights for nobody": weights("elsewhere", (3,)),
    "weights as integers": lambda record: record.weights.update(
        dense=[np.zeros((1352, 3), int), np.zeros(3, int)]
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=list(HOSTILE))
def test_a_lying_record_is_refused(
    record: ModelRecord, change: Callable[[ModelRecord], None]
) -> None:
    lie = copy.deepcopy(record)
    change(lie)
    with pytest.raises(CannotCross):
        rebuild(lie)


def test_the_record_that_the_lies_start_from_is_accepted(record: ModelRecord) -> None:
    assert rebuild(copy.deepcopy(record)).count_params() == 4079


def functional_record() -> ModelRecord:
    entry = keras.Input((28, 28, 1), name="entry")
    flat = L.Flatten(name="flat")(entry)
    return crossed(keras.Model(entry, L.Dense(2, name="top")(flat)))


def call_of(record: ModelRecord, name: str) -> dict[str, Any]:
    (entry,) = [e for e in record.config["layers"] if e["name"] == name]
    return entry["inbound_nodes"][0]


def source_of(record: ModelRecord, name: str) -> list[Any]:
    return call_of(record, name)["args"][0]["config"]["keras_history"]


LYING_GRAPHS: dict[str, Callable[[ModelRecord], None]] = {
    "a loop": lambda record: source_of(record, "flat").__setitem__(0, "top"),
    "unknown source": lambda record: source_of(record, "top").__setitem__(0, "nobody"),
    "second output": lambda record: source_of(record, "top").__setitem__(2, 1),
    "negative node": lambda record: source_of(record, "top").__setitem__(1, -1),
    "training mode": lambda record: call_of(record, "top")["kwargs"].update(training=True),
    "tensor as an argument": lambda record: call_of(record, "top")["args"].append(
        {"class_name": "__tensor__", "config": {"value": [1e9], "dtype": "float32"}}
    ),
    "no output": lambda record: record.config.update(output_layers=[]),
    "output elsewhere": lambda record: record.config.update(output_layers=["nobody", 0, 0]),
    "input elsewhere": lambda record: record.config.update(input_layers=["flat", 0, 0]),
    "never called": lambda record: record.config["layers"][1].update(inbound_nodes=[]),
    "called too often": lambda record: record.config["layers"][2].update(
        inbound_nodes=[call_of(record, "top")] * 1000
    ),
}


@pytest.mark.parametrize("change", LYING_GRAPHS.values(), ids=list(LYING_GRAPHS))
def test_a_lying_graph_is_refused(change: Callable[[ModelRecord], None]) -> None:
    record = functional_record()
    change(record)
    with pytest.raises(CannotCross):
        rebuild(record)


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([L.Conv2D(512, 3, padding="same"), L.Conv2D(512, 3, padding="same")], (64, 64, 3)),
        ([L.MaxPooling2D(64, strides=1, padding="same")], (512, 512, 1)),
        ([L.ZeroPadding2D(64)] * 1 + [L.Conv2D(64, 1)], (900, 900, 1)),
    ],
    ids=["convolutions", "pooling", "features"],
)
def test_a_model_that_would_compute_for_ever_is_refused(
    layers: list[Any], shape: tuple[int, ...]
) -> None:
    with pytest.raises(CannotCross, match="too large to be run"):
        rebuild(crossed(small(*layers, shape=shape)))


def test_more_parameters_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.boundary.survey.MAX_PARAMETERS", 243_785)
    with pytest.raises(CannotCross, match="more than 243,785 parameters"):
        rebuild(crossed(lesson_cnn()))


def compiled(**how: Any) -> Any:
    model = small(L.Flatten(), L.Dense(10, activation="softmax"))
    model.compile(**how)
    return model


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("sparse_categorical_crossentropy", "sparse_categorical_crossentropy"),
        (keras.losses.sparse_categorical_crossentropy, "sparse_categorical_crossentropy"),
        (keras.losses.SparseCategoricalCrossentropy(), "sparse_categorical_crossentropy"),
        ("mse", "mse"),
        ("categorical_crossentropy", "categorical_crossentropy"),
    ],
)
def test_the_loss_crosses_and_counts_the_same(loss: Any, name: str) -> None:
    labels = np.array([[1], [2], [3], [4]])
    target = labels if "sparse" in name else np.eye(10)[labels[:, 0]]
    model = compiled(optimizer="adam", loss=loss, metrics=["accuracy"])
    again = rebuild(crossed(model))
    assert getattr(again.loss, "name", again.loss) == name
    again.run_eagerly = model.run_eagerly = True
    np.testing.assert_allclose(
        again.evaluate(IMAGES, target, verbose=0),
        model.evaluate(IMAGES, target, verbose=0),
        rtol=1e-5,
    )


def test_optimizer_settings_and_schedules_cross() -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.25, 10, 0.5)
    model = compiled(optimizer=keras.optimizers.SGD(schedule, momentum=0.9), loss="mse")
    again = rebuild(crossed(model))
    assert again.optimizer.get_config() == model.optimizer.get_config()


@pytest.mark.parametrize(
    "metrics", [None, ["acc", "mae"], [keras.metrics.SparseTopKCategoricalAccuracy(3)]]
)
def test_metrics_cross_as_often_as_wanted(metrics: list[Any] | None) -> None:
    model = compiled(optimizer="rmsprop", loss="mse", metrics=metrics)
    again = rebuild(crossed(rebuild(crossed(model))))
    assert crossed(again).compiled == crossed(model).compiled
    assert again.compile_refusal == ""


def mean_squared_error(y: Any, p: Any) -> Any:
    return y * 0 + p * 0


@pytest.mark.parametrize("how", [{"loss": mean_squared_error}, {"metrics": [mean_squared_error]}])
def test_a_loss_of_ones_own_leaves_the_model_uncompiled_with_a_reason(how: dict[str, Any]) -> None:
    again = rebuild(crossed(compiled(**{"optimizer": "adam", "loss": "mse", **how})))
    assert not again.compiled
    assert "its compile() has a `mean_squared_error` that cannot cross" in again.compile_refusal


@pytest.mark.parametrize(
    "change",
    [
        {"loss": OWN_RELU},
        {"loss": "student_loss"},
        {"loss": ["mse", "mse"]},
        {"loss": {"module": "os", "class_name": "system", "config": {"command": "true"}}},
        {"loss": {"class_name": "Huber", "config": {"fn": OWN_RELU}}},
        {"optimizer": "os.system"},
        {"optimizer": {"class_name": "Adam", "config": {"learning_rate": OWN_RELU}}},
        {"optimizer": {"class_name": "Optimizer", "config": {}}},
        {"optimizer": {"class_name": "Adam", "config": {"learning_rate": float("inf")}}},
        {"metrics": ["accuracy"] * 11},
        {"metrics": {"dense": "accuracy"}},
        {"metrics": [{"class_name": "MeanMetricWrapper", "config": {"fn": "relu"}}]},
        {"loss_weights": [2.0]},
    ],
    ids=range(13),
)
def test_a_lying_compile_leaves_the_model_uncompiled(
    record: ModelRecord, change: dict[str, Any]
) -> None:
    lie = copy.deepcopy(record)
    lie.compiled.update(change)
    again = rebuild(lie)
    assert again.compile_refusal
    assert not again.compiled
