"""The boundary end to end: a test cell's view of functions that live in another process."""

from collections.abc import Iterator

import numpy as np
import pytest
from support.plain_kernel import LATE, Student

from autograder.boundary.channel import BadReply
from autograder.boundary.standin import UNDEFINED, StandInFunction, StudentError, fetch
from course.crossing import CannotCross

PLAIN_CELL = """
import numpy as np
from collections import OrderedDict

def scale_pixels(images):
    return images / 255.0

def spoils_its_input(images):
    images *= 2
    return images

def spoils_all(pair, table=None):
    pair[0][0] = 9
    pair.append("new")
    table["a"][:] = 1
    table["b"] = 2
    return None

def reshapes_its_input(images):
    images.shape = images.shape + (1,)

def wrong_axis(images):
    scaled = images / 255.0
    return scaled.reshape(60000, 28, 28, 1)

def unfinished(images):
    raise NotImplementedError

def leaves(images):
    raise SystemExit("bye")

class OwnError(Exception):
    def __str__(self):
        return "\\x1b[31mred\\x1b[0m " + "x" * 5000

def own_error():
    raise OwnError

def endless():
    return (n for n in range(3))

def loud(x):
    print("hello from", x)
    return x

def two(a, b=1):
    return a, b

layer_shapes = OrderedDict(conv_1=(26, 26, 64), pool_1=None)
layer_generator = (n for n in range(3))
q1 = "b"
q2 = ...
counted = np.float32(0.5)
"""


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Student]:
    kernel = Student(tmp_path_factory.mktemp("kernel"))
    kernel.run(PLAIN_CELL)
    yield kernel
    kernel.stop()


def test_a_function_is_called_where_it_lives(student: Student) -> None:
    images = np.array([[0, 255]], np.uint8)
    result = student["scale_pixels"](images)
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, [[0.0, 1.0]])
    np.testing.assert_array_equal(images, [[0, 255]])


def test_keyword_arguments_and_tuples_arrive(student: Student) -> None:
    assert student["two"](1, b=(2, None)) == (1, (2, None))


def test_many_calls_go_in_one_request(student: Student) -> None:
    before = student.channel.number
    function = student["two"]

    assert function.call_each([(1,), (2, 3), (np.int64(4), "x")]) == [(1, 1), (2, 3), (4, "x")]
    assert student.channel.number == before + 2


@pytest.mark.parametrize("name", ["unfinished", "leaves", "own_error", "endless"])
def test_calls_of_which_one_gives_no_plain_result_are_to_be_made_one_by_one(
    student: Student, name: str
) -> None:
    function = student[name]

    assert function.call_each([(), ()]) is None
    with pytest.raises((TypeError, NotImplementedError, SystemExit, StudentError, CannotCross)):
        function()


def test_what_is_printed_during_a_call_goes_to_the_notebook(student: Student) -> None:
    assert student["loud"]("here") == "here"
    assert "hello from here" in student.printed


def test_a_spoiled_input_is_seen_by_the_test(student: Student) -> None:
    images = np.ones((2, 2))
    result = student["spoils_its_input"](images)
    np.testing.assert_array_equal(images, np.full((2, 2), 2.0))
    assert result is not images


def test_changes_inside_lists_and_dicts_are_seen_in_the_same_objects(student: Student) -> None:
    inner, array = [0], np.zeros(2)
    pair, table = [inner, "old"], {"a": array}
    student["spoils_all"](pair, table=table)
    assert pair == [[9], "old", "new"]
    np.testing.assert_array_equal(array, [1, 1])
    assert table["a"] is array
    assert table["b"] == 2


def test_an_input_reshaped_in_place_is_seen(student: Student) -> None:
    images = np.arange(4.0).reshape(2, 2)
    student["reshapes_its_input"](images)
    assert images.shape == (2, 2, 1)


def test_a_read_only_input_cannot_be_written_there_either(student: Student) -> None:
    images = np.ones(2)
    images.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        student["spoils_its_input"](images)


def test_an_exception_comes_with_its_line(student: Student) -> None:
    with pytest.raises(ValueError, match="cannot reshape array of size 4") as raised:
        student["wrong_axis"](np.ones((2, 2)))
    # IPython counts from the first line that is not empty.
    number = PLAIN_CELL.strip().split("\n").index("    return scaled.reshape(60000, 28, 28, 1)") + 1
    where = f"line {number}: `return scaled.reshape(60000, 28, 28, 1)`"
    assert raised.value.student_where == where
    assert raised.value.student_type == "ValueError"


def test_an_unfinished_function_is_recognized(student: Student) -> None:
    with pytest.raises(NotImplementedError):
        student["unfinished"](np.ones(2))


def test_a_wrong_number_of_arguments_is_a_type_error(student: Student) -> None:
    with pytest.raises(TypeError, match=r"two\(\) missing 1 required") as raised:
        student["two"]()
    assert raised.value.student_where == ""


def test_leaving_the_interpreter_is_only_an_exception(student: Student) -> None:
    with pytest.raises(StudentError, match="SystemExit: bye"):
        student["leaves"](1)
    assert student["q1"] == "b"


def test_an_exception_of_ones_own_is_a_short_student_error(student: Student) -> None:
    with pytest.raises(StudentError) as raised:
        student["own_error"]()
    assert raised.value.student_type == "OwnError"
    assert str(raised.value).startswith("OwnError: red xxx")
    assert len(str(raised.value)) < 1100


def test_values_arrive_as_plain_copies(student: Student) -> None:
    shapes = student["layer_shapes"]
    assert type(shapes) is dict
    assert shapes == {"conv_1": (26, 26, 64), "pool_1": None}
    assert student["q1"] == "b"
    assert type(student["counted"]) is np.float32


def test_an_undefined_name_is_told_from_none(student: Student) -> None:
    assert student["nobody"] is UNDEFINED


def test_a_value_that_cannot_cross_says_what_was_expected(student: Student) -> None:
    with pytest.raises(CannotCross) as refusal:
        fetch(student.channel, "layer_generator", LATE, expected="a dict of tuples")
    assert str(refusal.value) == "`layer_generator` is a generator: a dict of tuples was expected."
    assert student["q2"] is ...


def test_a_result_that_cannot_cross_is_refused_by_the_call(student: Student) -> None:
    with pytest.raises(CannotCross, match=r"`endless\(…\)` is a generator"):
        student["endless"]()


def test_a_broken_agent_gives_a_bad_reply(student: Student) -> None:
    student.run("import convpool_agent; kept = convpool_agent.serve; del convpool_agent.serve")
    try:
        with pytest.raises(BadReply, match="a malformed reply"):
            student["q1"]
    finally:
        student.run("convpool_agent.serve = kept")
    assert student["q1"] == "b"


def test_a_late_answer_is_the_timeout_of_whoever_runs_the_kernel(student: Student) -> None:
    student.run("import time\ndef slow(): time.sleep(1.5)")
    with pytest.raises(TimeoutError):
        StandInFunction(student.channel, "slow", timeout=0.2)()
    # The late reply to the former request does not pass for the reply to this one.
    assert student["two"](3) == (3, 1)


def test_the_requests_file_is_emptied_after_a_call(student: Student) -> None:
    student["scale_pixels"](np.ones(3))
    assert student.requests.read_bytes() == b""


KERAS_CELL = """
import numpy as np
import tensorflow as tf

def build():
    return tf.keras.Sequential([
        tf.keras.Input((4, 4, 1)), tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(2, activation=tf.nn.softmax)])

def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)

def train_until_it_stops(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = tf.keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", True))
    return model.fit(images, labels, epochs=epochs, verbose=0, callbacks=[stop])

def own_loss(labels, predictions):
    return tf.keras.losses.sparse_categorical_crossentropy(labels, predictions)

def train_with_own_loss(model, images, labels, epochs):
    model.compile(optimizer="adam", loss=own_loss, metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)

def evaluate(model, images, labels):
    return model.evaluate(images, labels, verbose=0)[1]

def grows(model):
    model.add(tf.keras.layers.Dense(1))

def shrinks(model):
    model.pop()

def relu(x):
    return 3 * x

def cheats():
    return tf.keras.Sequential([
        tf.keras.Input((4, 4, 1)), tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(2, activation=relu)])

def tensor():
    return tf.constant([1.0, 2.0])

model = build()
shape = tf.TensorShape([26, 26, 64])
variable = tf.Variable([1, 2])
"""


@pytest.fixture(scope="module")
def keras_student(student: Student) -> Student:
    student.run(KERAS_CELL)
    return student


def images_and_labels() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    labels = np.arange(200) % 2
    return (rng.random((200, 4, 4, 1)) + labels[:, None, None, None]).astype("float32"), labels


def test_training_a_passed_model_brings_the_weights_back(keras_student: Student) -> None:
    keras = pytest.importorskip("keras")
    images, labels = images_and_labels()
    model = keras_student["build"]()
    before = model.get_weights()
    history = keras_student["train"](model, images, labels, 3)
    assert isinstance(history, keras.callbacks.History)
    assert history.epoch == [0, 1, 2]
    assert [type(loss) for loss in history.history["loss"]] == [float] * 3
    assert any(not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    # Compiled there, it is compiled here: both sides now measure the same.
    accuracy = keras_student["evaluate"](model, images, labels)
    assert accuracy == pytest.approx(model.evaluate(images, labels, verbose=0)[1])
    assert model.evaluate(images, labels, verbose=0)[0] < history.history["loss"][0]


def test_how_long_and_how_far_a_passed_model_was_trained_comes_back(keras_student: Student) -> None:
    images, labels = images_and_labels()
    model, stopped = keras_student["build"](), keras_student["build"]()

    keras_student["train"](model, images, labels, 3)
    keras_student["train_until_it_stops"](stopped, images, labels, 5)

    assert (int(model.optimizer.iterations), model.stop_training) == (21, False)
    assert (int(stopped.optimizer.iterations), stopped.stop_training) == (7, True)


def test_why_a_passed_model_could_not_be_compiled_here_comes_back(keras_student: Student) -> None:
    images, labels = images_and_labels()
    model = keras_student["build"]()

    keras_student["train_with_own_loss"](model, images, labels, 1)

    assert not model.compiled
    assert "`own_loss` that cannot cross" in model.compile_refusal


def test_a_model_variable_and_tensors_arrive_as_copies(keras_student: Student) -> None:
    images, _ = images_and_labels()
    first, second = keras_student["model"], keras_student["model"]
    assert first is not second
    np.testing.assert_array_equal(first(images), second(images))
    np.testing.assert_array_equal(keras_student["tensor"](), np.array([1, 2], "float32"))
    assert keras_student["shape"] == (26, 26, 64)
    np.testing.assert_array_equal(keras_student["variable"], [1, 2])


def test_a_function_that_only_calls_itself_relu_is_refused(keras_student: Student) -> None:
    model = keras_student["cheats"]()

    with pytest.raises(CannotCross, match="has an activation `relu` that cannot cross"):
        model(images_and_labels()[0])


@pytest.mark.parametrize("name", ["grows", "shrinks"])
def test_a_model_that_was_changed_by_the_call_is_refused(keras_student: Student, name: str) -> None:
    with pytest.raises(CannotCross, match="its layers are not what they were"):
        keras_student[name](keras_student["build"]())
