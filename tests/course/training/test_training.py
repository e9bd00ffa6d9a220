"""`course.fit` is Keras's fit with an estimate, a stop button and a memory, and nothing else."""

import os
import re
import signal
import threading

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

from course.quiet import quiet

with quiet():
    import keras

import course
from course.errors import CourseError
from course.training import estimate, kept
from course.training.fit import QUICK_IMAGES

IMAGES = np.random.default_rng(0).random((800, 6, 6, 1)).astype("float32")
LABELS = (IMAGES.mean(axis=(1, 2, 3)) > 0.5).astype("uint8")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path))
    return tmp_path


def small_model(seed=1, *, declared=True, optimizer="adam", units=3):
    keras.utils.set_random_seed(seed)
    layers = [
        keras.layers.Flatten(),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(units, activation="softmax"),
    ]
    model = keras.Sequential([keras.Input((6, 6, 1)), *layers] if declared else layers)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class PressStop(keras.callbacks.Callback):
    """Someone who presses the stop button during a step."""

    def __init__(self, epoch, step):
        super().__init__()
        self.place, self.epoch = (epoch, step), 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.place:
            os.kill(os.getpid(), signal.SIGINT)


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("declared", [True, False])
def test_training_gives_the_very_numbers_of_keras_own_fit(declared, monkeypatch):
    # So short a training is not timed by itself: with the timing it has to leave no trace.
    monkeypatch.setattr(estimate, "_SHORT", 10)
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 50)
    theirs = small_model(declared=declared, optimizer=keras.optimizers.Adam(schedule))
    expected = theirs.fit(IMAGES, LABELS, epochs=2, verbose=0)
    ours = small_model(declared=declared, optimizer=keras.optimizers.Adam(schedule))

    history = course.fit(ours, IMAGES, LABELS, epochs=2, verbose=0)

    assert equal(ours.get_weights(), theirs.get_weights())
    assert history.history == expected.history
    assert history is ours.history


def test_the_estimate_comes_before_the_training_and_names_a_quicker_way(capsys, monkeypatch):
    monkeypatch.setattr(estimate, "_seconds_per_step", lambda training, stop: 0.013)
    many, labels = np.zeros((64_000, 2), "float32"), np.zeros(64_000, "uint8")
    said = []
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    listen = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: said.append(capsys.readouterr().out),
        on_train_batch_end=lambda batch, logs: setattr(model, "stop_training", True),
    )

    course.fit(model, many, labels, epochs=5, verbose=0, callbacks=[listen])

    # 64,000 / 32 = 2,000 steps, five times, at 13 ms: 130 s; 6,000 of 64,000 images: 12 s.
    assert said[0].splitlines() == [
        "5 epochs on 64,000 images: about 2.2 minutes here, by the first steps.",
        "The stop button ends it early: the model keeps what it has learned by then.",
        "Quicker: quick=True takes 6,000 images, about 12 seconds.",
    ]


def test_the_estimate_is_near_the_time_that_the_training_takes(monkeypatch):
    model = small_model()
    monkeypatch.setattr(estimate, "_SHORT", 10)
    training = type("T", (), {"model": model, "images": IMAGES, "labels": LABELS, "options": {}})

    # Steps that take 4 ms by a clock of our own, however busy the machine is.
    ticks = iter(range(10_000))
    monkeypatch.setattr(estimate.time, "perf_counter", lambda: 0.004 * next(ticks))
    seconds = estimate._seconds_per_step(training, type("S", (), {"pressed": False}))

    assert seconds == pytest.approx(0.004)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about a second"),
        (1.2, "about a second"),
        (7.4, "about 7 seconds"),
        (44, "about 40 seconds"),
        (130, "about 2.2 minutes"),
        (3000, "about 50 minutes"),
    ],
)
def test_a_time_is_told_as_precisely_as_it_is_known(seconds, words):
    assert estimate.duration(seconds) == words


def test_the_stop_button_keeps_model_and_history(capsys):
    model = small_model()
    start = [weight.copy() for weight in model.get_weights()]

    history = course.fit(
        model, IMAGES, LABELS, epochs=4, verbose=0, callbacks=[PressStop(epoch=2, step=7)]
    )

    assert not equal(model.get_weights(), start)
    assert history.epoch == [0, 1, 2]
    assert [len(values) for values in history.history.values()] == [3, 3]
    assert len(history.seconds) == 3 and history.stopped
    assert int(model.optimizer.iterations) == 2 * 25 + 8  # the step at hand was finished
    assert "Stopped after 8 steps of epoch 3 of 4." in capsys.readouterr().out
    assert model.predict(IMAGES[:2], verbose=0).shape == (2, 3)


@pytest.mark.slow
def test_jupyters_stop_button_in_a_real_kernel_keeps_model_and_history(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive(IN_A_KERNEL, timeout=120)
        said = []

        def press_when_it_trains(message):
            said.append(message["content"].get("text", ""))
            if message["msg_type"] == "stream" and "at work" in said[-1]:
                manager.interrupt_kernel()

        training = "history = course.fit(model, images, labels, 50, verbose=0, callbacks=[tell])"
        reply = client.execute_interactive(training, timeout=120, output_hook=press_when_it_trains)
        after = client.execute_interactive(
            "assert 1 <= len(history.history['loss']) < 50\n"
            "assert 0 < int(model.optimizer.iterations) < 50 * 2000\n"
            "assert model.predict(images[:2], verbose=0).shape == (2, 2)",
            timeout=120,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert reply["content"]["status"] == "ok"
    assert "Stopped after" in "".join(said)
    assert after["content"]["status"] == "ok", after["content"]


IN_A_KERNEL = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, course
images, labels = np.zeros((64_000, 2), "float32"), np.zeros(64_000, "uint8")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
model.compile("sgd", "sparse_categorical_crossentropy")
tell = keras.callbacks.LambdaCallback(
    on_train_batch_end=lambda batch, logs: batch == 300 and print("at work", flush=True))
"""


def test_the_stop_button_works_as_before_once_the_training_is_over():
    before = signal.getsignal(signal.SIGINT)

    course.fit(small_model(), IMAGES, LABELS, epochs=1, verbose=0)

    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_press_interrupts_at_once():
    model = small_model()
    twice = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: [
            os.kill(os.getpid(), signal.SIGINT) for _ in range(2)
        ]
    )
    with pytest.raises(KeyboardInterrupt):
        course.fit(model, IMAGES, LABELS, epochs=1, verbose=0, callbacks=[twice])


def test_stopped_during_the_estimate_nothing_was_trained(monkeypatch):
    monkeypatch.setattr(estimate, "_SHORT", 10)
    step = estimate._Timer.on_train_batch_end

    def press(self, batch, logs=None):
        if batch == 3:
            os.kill(os.getpid(), signal.SIGINT)
        step(self, batch, logs)

    monkeypatch.setattr(estimate._Timer, "on_train_batch_end", press)
    model = small_model()
    start = [weight.copy() for weight in model.get_weights()]

    with pytest.raises(KeyboardInterrupt):
        course.fit(model, IMAGES, LABELS, epochs=1, verbose=0)

    assert equal(model.get_weights(), start)


def test_it_trains_in_a_thread_too_where_no_signal_arrives():
    done = []
    work = threading.Thread(
        target=lambda: done.append(course.fit(small_model(), IMAGES, LABELS, 1, verbose=0))
    )
    work.start()
    work.join()
    assert done[0].epoch == [0]


def test_after_a_restart_the_kept_result_is_there_and_says_so(capsys):
    first = small_model()
    trained = course.fit(first, IMAGES, LABELS, epochs=2, keep="small", verbose=0)
    second = small_model()
    capsys.readouterr()

    history = course.fit(second, IMAGES, LABELS, epochs=2, keep="small", verbose=0)

    assert equal(second.get_weights(), first.get_weights())
    assert history.history == trained.history
    assert history.seconds == trained.seconds
    assert isinstance(history, keras.callbacks.History)
    said = capsys.readouterr().out
    assert re.match(r"Not trained again: the result of [\d: -]+ was kept \(2 epochs", said)
    assert "again=True" in said
    # What comes next is what would have come after the training itself.
    for model in (first, second):
        keras.utils.set_random_seed(9)
        model.fit(IMAGES, LABELS, epochs=1, verbose=0, shuffle=False)
    assert int(second.optimizer.iterations) == int(first.optimizer.iterations) == 75


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 2},
        {"images": IMAGES + 0.01},
        {"labels": 1 - LABELS},
        {"model": lambda: small_model(seed=2)},
        {"model": lambda: small_model(units=4)},
        {"model": lambda: small_model(optimizer="sgd")},
        {"batch_size": 64},
        {"again": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_training_is_not_taken_for_the_kept_one(change, capsys):
    course.fit(small_model(), IMAGES, LABELS, epochs=1, keep="small", verbose=0)
    change = {name: value() if callable(value) else value for name, value in change.items()}
    given = {"model": small_model(), "images": IMAGES, "labels": LABELS, "epochs": 1, **change}
    capsys.readouterr()

    course.fit(**given, keep="small", verbose=0)

    assert "Not trained again" not in capsys.readouterr().out


def test_the_environment_can_ask_for_training_again_too(monkeypatch, capsys):
    for _ in range(2):
        course.fit(small_model(), IMAGES, LABELS, epochs=1, keep="small", verbose=0)
        monkeypatch.setenv("COURSE_AGAIN", "1")

    assert "Not trained again" not in capsys.readouterr().out


def test_training_on_goes_on_instead_of_going_back(capsys):
    model = small_model()
    course.fit(model, IMAGES, LABELS, epochs=1, keep="small", verbose=0)

    course.fit(model, IMAGES, LABELS, epochs=1, keep="small", verbose=0)

    assert "Not trained again" not in capsys.readouterr().out
    assert int(model.optimizer.iterations) == 50


def test_a_stopped_training_is_not_kept_for_a_whole_one(cache):
    press = PressStop(epoch=0, step=2)
    model = course.watched(small_model(), keep="small")

    model.fit(IMAGES, LABELS, epochs=1, verbose=0, callbacks=[press])

    assert list(cache.rglob("*.npz")) == []


def test_a_damaged_file_means_training_again(cache):
    course.fit(small_model(), IMAGES, LABELS, epochs=1, keep="small", verbose=0)
    (file,) = cache.rglob("small-*.npz")
    file.write_bytes(file.read_bytes()[:200])
    model = small_model()

    course.fit(model, IMAGES, LABELS, epochs=1, keep="small", verbose=0)

    assert int(model.optimizer.iterations) == 25


def test_the_oldest_results_make_room(cache):
    for epochs in range(1, kept._MOST_PER_NAME + 3):
        course.fit(small_model(), IMAGES[:64], LABELS[:64], epochs=epochs, keep="s", verbose=0)

    assert len(list(cache.rglob("s-*.npz"))) == kept._MOST_PER_NAME


def test_a_full_disk_costs_the_memory_and_not_the_training(cache, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(cache / "a-file"))
    (cache / "a-file").write_text("in the way")

    history = course.fit(small_model(), IMAGES, LABELS, epochs=1, keep="small", verbose=0)

    assert history.epoch == [0]
    assert "could not be kept" in capsys.readouterr().out


def test_a_name_that_is_a_path_is_refused():
    with pytest.raises(CourseError, match="no name for a result"):
        course.fit(small_model(), IMAGES, LABELS, keep="../small")


def test_quick_takes_a_balanced_subset_and_names_the_cost(capsys):
    labels = np.repeat(np.arange(10, dtype="uint8"), 700)
    images = labels[:, None] / 10.0
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(10, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])

    course.fit(model, images, labels, epochs=1, quick=True, batch_size=60, verbose=0)

    assert int(model.optimizer.iterations) == QUICK_IMAGES / 60
    said = capsys.readouterr().out
    assert said.startswith("quick=True: 6,000 of 7,000 images, equally many of each class.")
    assert re.search(r"CNN classifies \d+ fewer\s+of 100 test images correctly", said)


def test_a_watched_model_trains_by_code_that_knows_nothing_of_it(capsys):
    def train(model, images, labels, epochs):
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model.fit(images, labels, batch_size=64, epochs=epochs, verbose=0)

    for _ in range(2):
        model = course.watched(small_model(), keep="exercise")
        history = train(model, IMAGES, LABELS, 2)

    assert history.epoch == [0, 1]
    assert "Not trained again" in capsys.readouterr().out


def test_while_a_notebook_is_graded_a_watched_model_trains_as_kerass_own(
    cache, monkeypatch, capsys
):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    model, own = small_model(), small_model()
    assert course.watched(model, keep="exercise") is model

    histories = []
    for each in (model, own):
        keras.utils.set_random_seed(2)
        histories.append(each.fit(IMAGES, LABELS, epochs=2, verbose=0).history)

    assert histories[0] == histories[1]
    assert capsys.readouterr().out == ""
    assert list(cache.iterdir()) == []


def test_while_a_notebook_is_graded_nothing_is_kept(cache, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")

    history = course.fit(small_model(), IMAGES, LABELS, epochs=1, keep="small", verbose=0)

    assert history.epoch == [0]
    assert list(cache.iterdir()) == []
