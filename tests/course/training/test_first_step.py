"""A hurried model computes what Keras computes, and traces its first step once."""

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
from support.commands import with_environment
from support.places import TESTS
from support.small_training import IMAGES, LABELS, small_network, trained

from course.training.tracing import create_variables, hurried

LOSSES = [
    ("sparse_categorical_crossentropy", LABELS),
    ("categorical_crossentropy", np.eye(10, dtype="float32")[LABELS]),
    ("mse", np.eye(10)[LABELS]),
]


class Counting(keras.layers.Layer):
    """Counts how often Python goes through it: once for each trace, and once to build it."""

    calls = 0

    def call(self, inputs: Any) -> Any:
        type(self).calls += 1
        return inputs


@pytest.mark.parametrize(("loss", "labels"), LOSSES)
def test_a_hurried_model_learns_the_same_to_the_last_bit(loss, labels):
    own = trained(small_network(), loss, labels)
    quick = trained(hurried(small_network()), loss, labels)

    assert quick[:2] == own[:2]
    for ours, kerass in zip(quick[2], own[2], strict=True):
        np.testing.assert_array_equal(ours, kerass)


def test_its_step_is_traced_once():
    traces = {}
    for name, change in (("own", lambda model: model), ("hurried", hurried)):
        model = change(small_network(Counting()))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        Counting.calls = 0
        model.fit(IMAGES, LABELS, epochs=1, verbose=0)
        traces[name] = Counting.calls

    # If Keras once needs a single trace by itself, the module has no purpose any more.
    assert traces == {"own": 2, "hurried": 1}


def test_a_second_compile_is_hurried_too():
    own, quick = small_network(), hurried(small_network())

    first = [trained(model, *LOSSES[0])[0] for model in (own, quick)]
    second = [trained(model, *LOSSES[1])[0] for model in (own, quick)]

    assert first[0] == first[1]
    assert second[0] == second[1]


def test_what_cannot_be_prepared_is_left_to_keras():
    model = hurried(small_network())
    with pytest.raises(ValueError, match="compile"):
        model.fit(IMAGES, LABELS)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    with pytest.raises(ValueError, match="shape"):
        model.fit(IMAGES, LABELS, verbose=0)
    unbuilt = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    unbuilt.compile("adam", "mse")

    create_variables(unbuilt, LABELS)
    create_variables(model, list(LABELS))

    assert not unbuilt.built
    assert not model.optimizer.built or model.optimizer.iterations.numpy() == 0


def test_training_alone_leaves_the_options_of_tensorflow_as_they_are():
    code = (
        "import course, tensorflow as tf; course.fit; "
        "print(tf.config.optimizer.get_experimental_options())"
    )

    printed = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert "'disable_meta_optimizer': False" in printed


def test_short_runs_compute_the_same():
    script = """
import sys
for name in sys.argv[1:]:
    __import__(name)
from support.small_training import LABELS, small_network, trained
history, measured, _ = trained(small_network(), "sparse_categorical_crossentropy", LABELS)
print(history["loss"], measured)
"""
    said = [
        subprocess.run(
            [sys.executable, "-c", script, *modules],
            capture_output=True,
            text=True,
            check=True,
            env=with_environment(PYTHONPATH=str(TESTS)),
        ).stdout
        for modules in ([], ["course.training.short_runs"])
    ]
    plain, short = (
        [float(n) for n in text.replace("[", "").replace("]", "").replace(",", "").split()]
        for text in said
    )

    assert len(plain) == 4
    np.testing.assert_allclose(short, plain, rtol=1e-4)
