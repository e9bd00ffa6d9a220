"""Drawing: the same seed gives the same quiz, and every variant has exactly one right answer."""

import numpy as np
import pytest
from support.places import ROOT

from course.checks.formulas import FORMULAS, WRONG
from course.quiz import draw_bank, draw_question, practice_bank, read_bank
from course.quiz.scoring import score
from course.quiz.variants import compute

GRADED = ROOT / "solutions" / "quiz.md"
QUESTIONS = [*practice_bank().questions, *read_bank(GRADED).questions[3:]]
NUMERIC = [question for question in QUESTIONS if question.kind == "numeric"]
VARIANTS = 10_000
PINNED_VALUES = {"size": 33, "kernel": 5, "stride": 2, "padding": 3}
PINNED_KEYS = {
    "lesson-convolution": "a",
    "strongest-response": "b",
    "arrays-for-conv2d": "be",
    "size-with-stride-and-padding": 18,
    "pooling-but-not-stride": "bce",
}


def variants_of(questions, total):
    """Draw `total` variants, the seeds shared out evenly."""
    per_question = -(-total // len(questions))
    return [draw_question(q, seed) for q in questions for seed in range(per_question)]


def test_the_same_seed_draws_the_same_quiz_and_another_seed_another():
    bank = practice_bank()

    assert draw_bank(bank, 7) == draw_bank(bank, 7)
    assert draw_bank(bank, 7) != draw_bank(bank, 8)


def test_a_draw_never_changes_between_releases():
    # Written down once: a class's quiz must be the same when it is graded months later.
    drawn = {question.id: question for question in draw_bank(read_bank(GRADED), 2024)}

    assert dict(drawn["size-with-stride-and-padding"].values) == PINNED_VALUES
    assert [drawn[name].key for name in PINNED_KEYS] == list(PINNED_KEYS.values())


def test_a_question_is_drawn_alike_whatever_stands_beside_it():
    bank = practice_bank()

    alone = draw_question(bank.questions[-1], 3)

    assert draw_bank(bank, 3)[-1] == alone


def test_ten_thousand_variants_have_one_right_answer_and_no_two_alike():
    for drawn in variants_of(NUMERIC, VARIANTS):
        numbers = [drawn.key, *(mistake.value for mistake in drawn.mistakes)]
        assert len(set(numbers)) == len(numbers), drawn
        assert [score(drawn, number) for number in numbers] == [1.0] + [0.0] * len(drawn.mistakes)
        assert "{" not in drawn.text + drawn.explanation
        assert "answer" not in dict(drawn.values)


def test_shuffled_options_keep_their_marks_and_explanations():
    choices = [question for question in QUESTIONS if question.kind != "numeric"]
    for question in choices:
        written = {(o.text, o.right, o.explanation) for o in question.options}
        for seed in range(50):
            drawn = draw_question(question, seed)
            assert {(o.text, o.right, o.explanation) for o in drawn.options} == written
            assert drawn.letters == "abcdefgh"[: len(question.options)]
            right = "".join(o.letter for o in drawn.options if o.right)
            assert drawn.key == right
            assert len(right) == 1 or drawn.kind == "multiple"


def test_the_right_option_stands_at_every_place_about_equally_often():
    question = next(q for q in QUESTIONS if len(q.options) == 4 and q.kind == "single")

    keys = [draw_question(question, seed).key for seed in range(400)]

    assert min(keys.count(letter) for letter in "abcd") > 60


def test_a_key_is_computed_again_from_the_values_it_was_drawn_with():
    for drawn in variants_of(NUMERIC, 200):
        assert compute(drawn.formula, **dict(drawn.values)) == drawn.key


def test_every_formula_is_named_by_a_bank_or_compared_with_by_a_check():
    named = {option.text.strip("`") for question in NUMERIC for option in question.options}
    compared = {
        name
        for asked in ("output_size", "conv_parameters")
        for name, (misconception, _) in WRONG[asked].items()
        if misconception
    }

    assert named | compared == set(FORMULAS)


def test_a_kernel_larger_than_its_padded_image_is_refused():
    assert FORMULAS["output_size"](2, 4, padding=1) == 1
    with pytest.raises(ValueError, match="larger"):
        FORMULAS["output_size"](2, 5, padding=1)


# --- An independent reference: what TensorFlow computes. ---


def conv_side(tf, size, kernel, stride=1, padding=0):
    image = tf.zeros((1, size, size, 1))
    image = tf.pad(image, [[0, 0], [padding, padding], [padding, padding], [0, 0]])
    return tf.nn.conv2d(image, tf.zeros((kernel, kernel, 1, 1)), stride, "VALID").shape[1]


def conv_layer(tf, filters, kernel, channels):
    layer = tf.keras.layers.Conv2D(filters, kernel)
    layer.build((None, kernel, kernel, channels))
    return layer


def stack(tf, size, kernel, pool, filters):
    layers = [
        tf.keras.layers.Conv2D(filters, kernel),
        tf.keras.layers.MaxPooling2D(pool),
        tf.keras.layers.Flatten(),
    ]
    return tf.keras.Sequential([tf.keras.Input((size, size, 1)), *layers])


def patch(tf, a, b, c, d, p, q, r, s):
    image = tf.reshape(tf.constant([a, b, c, d], tf.float32), (1, 2, 2, 1))
    kernel = tf.reshape(tf.constant([p, q, r, s], tf.float32), (2, 2, 1, 1))
    return float(tf.nn.conv2d(image, kernel, 1, "VALID")[0, 0, 0, 0])


def same_size_padding(tf, kernel):
    return next(p for p in range(kernel + 1) if conv_side(tf, 29, kernel, 1, p) == 29)


def multiplications(tf, size, kernel, channels, filters):
    # With ones everywhere each output value counts its own products.
    image = tf.ones((1, size, size, channels))
    return float(
        tf.reduce_sum(tf.nn.conv2d(image, tf.ones((kernel, kernel, channels, filters)), 1, "VALID"))
    )


def dense_count(tf, inputs, units):
    layer = tf.keras.layers.Dense(units)
    layer.build((None, inputs))
    return layer.count_params()


REFERENCE = {
    "output_size": conv_side,
    "same_padding": same_size_padding,
    "pooled_size": lambda tf, size, pool: tf.nn.max_pool2d(
        tf.zeros((1, size, size, 1)), pool, pool, "VALID"
    ).shape[1],
    "convolved_then_pooled": lambda tf, size, kernel, pool: (
        stack(tf, size, kernel, pool, 1).layers[1].output.shape[1]
    ),
    "flattened_length": lambda tf, side, filters: tf.keras.layers.Flatten()(
        tf.zeros((1, side, side, filters))
    ).shape[1],
    "flattened_after_pooling": lambda tf, **values: stack(tf, **values).layers[2].output.shape[1],
    "conv_parameters": lambda tf, **values: conv_layer(tf, **values).count_params(),
    "weights_per_filter": lambda tf, kernel, channels: int(
        np.prod(conv_layer(tf, 1, kernel, channels).kernel.shape)
    ),
    "dense_parameters": dense_count,
    "conv_multiplications": multiplications,
    "patch_response": patch,
    "largest": lambda tf, a, b, c, d: float(
        tf.nn.max_pool2d(
            tf.reshape(tf.constant([a, b, c, d], tf.float32), (1, 2, 2, 1)), 2, 2, "VALID"
        )[0, 0, 0, 0]
    ),
}


@pytest.mark.parametrize("question", NUMERIC, ids=lambda question: question.id)
def test_numeric_keys_agree_with_what_tensorflow_computes(question):
    import tensorflow as tf

    for seed in range(12):
        drawn = draw_question(question, seed)
        assert REFERENCE[drawn.formula](tf, **dict(drawn.values)) == drawn.key, drawn.values
