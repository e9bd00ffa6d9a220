"""The shapes table marks each cell by itself; the difference of two models names every layer."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from typing import Any

import pytest

import course
from course.checks.models import LESSON_CNN, reference_cnn
from course.interactive.difference import Row, diff_models, difference
from course.interactive.shapes_table import shapes_table

RIGHT: dict[str, Any] = {
    "conv_1": [(26, 26, 64), 640],
    "pool_1": [(13, 13, 64), 0],
    "conv_2": [(11, 11, 64), 36928],
    "pool_2": [(5, 5, 64), 0],
    "flatten": [(1600,), 0],
    "dense_1": [(128,), 204928],
    "dense_2": [(10,), 1290],
    "total": 243786,
}


def test_the_right_table_is_what_keras_counts() -> None:
    layers = reference_cnn().layers
    counted = [[tuple(layer.output.shape[1:]), layer.count_params()] for layer in layers]
    assert counted == list(RIGHT.values())[:-1]
    assert list(RIGHT)[:-1] == list(LESSON_CNN)


def test_a_full_table_is_right_in_every_cell() -> None:
    shown = shapes_table(RIGHT)
    assert "15 of 15 cells are right. All of them!" in shown.text
    assert "✗" not in shown.text
    assert shown.html.count("✓") == 15


def test_an_empty_table_is_neither_right_nor_wrong() -> None:
    shown = shapes_table({name: [None, None] for name in LESSON_CNN} | {"total": None})
    assert "0 of 15 cells are right." in shown.text
    assert "✗" not in shown.text
    assert shapes_table({}).text == shown.text


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("conv_1", [(28, 28, 64), 640], "Count the positions"),
        ("conv_1", [(26, 26, 1), 640], "How many feature maps"),
        ("conv_1", [(None, 26, 26, 64), 640], "Leave the batch axis out"),
        ("conv_1", [(26, 26), 640], "3 of them: rows, columns, feature maps"),
        ("conv_1", [(26, 26, 64), 576], "The biases are missing: one for each of 64."),
        ("conv_2", [(11, 11, 64), 640], "Each kernel spans all 64 maps"),
        ("conv_2", [(11, 11, 64), 36864], "The biases are missing"),
        ("conv_2", [(11, 11, 64), 1], "For each filter"),
        ("pool_1", [(14, 14, 64), 0], "Count the positions"),
        ("pool_1", [(13, 13, 64), 4], "Nothing is learned here."),
        ("pool_2", [(6, 6, 64), 0], "whole blocks of 2"),
        ("flatten", [(25,), 0], "Flatten multiplies"),
        ("flatten", [(5, 5, 64), 0], "one number, as (n,)"),
        ("dense_1", [(128,), 204800], "The biases are missing: one for each of 128."),
        ("dense_2", [(10,), 1280], "The biases are missing: one for each of 10."),
        ("total", 243_000, "Add up the column above."),
    ],
)
def test_one_wrong_cell_is_marked_alone_and_explained(name: str, value: Any, hint: str) -> None:
    shown = shapes_table(RIGHT | {name: value})
    assert "14 of 15 cells are right." in shown.text
    assert shown.text.count("✗") == 1
    assert hint in shown.text
    assert shown.text.count("✓") == 14


@pytest.mark.parametrize("value", ["26", 3.5, object(), [1, 2, 3], [[1, 2], [3]], True])
def test_a_cell_of_any_kind_is_wrong_and_no_error(value: Any) -> None:
    assert "All of them" not in shapes_table(RIGHT | {"flatten": value}).text
    assert "All of them" not in shapes_table(RIGHT | {"conv_2": [value, value]}).text


def test_a_number_stands_for_a_shape_of_one_axis() -> None:
    assert "15 of 15" in shapes_table(RIGHT | {"flatten": [1600, 0]}).text


# The difference of two models.


def dense_network(units: int = 128) -> Any:
    import tensorflow as tf

    model = tf.keras.models.Sequential(
        [
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(units, activation=tf.nn.relu),
            tf.keras.layers.Dense(10, activation=tf.nn.softmax),
        ]
    )
    model.build((None, 28, 28))
    return model


def test_the_lessons_two_networks_differ_by_four_layers_and_the_input() -> None:
    rows = difference(dense_network(), reference_cnn())
    assert rows == [
        Row("changed", "one image: (28, 28)", "one image: (28, 28, 1)"),
        Row("added", "", "Conv2D 64 3×3 relu"),
        Row("added", "", "MaxPooling2D 2×2"),
        Row("added", "", "Conv2D 64 3×3 relu"),
        Row("added", "", "MaxPooling2D 2×2"),
        Row("same", "Flatten", "Flatten"),
        Row("same", "Dense 128 relu", "Dense 128 relu"),
        Row("same", "Dense 10 softmax", "Dense 10 softmax"),
    ]


def test_a_network_does_not_differ_from_itself() -> None:
    marks = {row.mark for row in difference(reference_cnn(), reference_cnn())}
    assert marks == {"same"}


def test_a_changed_layer_stands_beside_what_it_was() -> None:
    rows = difference(dense_network(128), dense_network(64))
    assert Row("changed", "Dense 128 relu", "Dense 64 relu") in rows


def test_layers_that_are_gone_are_removed() -> None:
    marks = [row.mark for row in difference(reference_cnn(), dense_network())]
    assert marks.count("removed") == 4
    assert "added" not in marks


def test_the_shown_difference_has_signs_words_and_parameters() -> None:
    shown = diff_models(dense_network(), reference_cnn(), ("dense", "CNN"))
    assert "dense and CNN: 3 same, 1 changed, 4 added" in shown.text
    assert "+ added" in shown.text
    assert "Parameters: 101,770 and 243,786." in shown.text
    assert "<table" in shown.html
    assert "<caption" in shown.html
    assert course.diff_models is diff_models
