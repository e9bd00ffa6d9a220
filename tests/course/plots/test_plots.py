"""What is drawn is what was computed, and that is what another way of computing it gives."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from scipy.signal import correlate2d
from support.plot_examples import (
    ASYMMETRIC,
    CLASSES,
    CNN,
    DENSE,
    FEATURE_MAP,
    HISTORIES,
    KERNELS,
    LABELS,
    batch,
    examples,
    garment,
    network,
)

from course import plots
from course.plots.comparing import accuracies, confusion, disagreements
from course.plots.feature_maps import follow_channels, layer_outputs, most_changed, receptive_fields
from course.plots.operations.kernels import convolved, map_so_far, places
from course.plots.operations.pooling import pooled, share_kept, smaller_maps
from course.plots.picture import Picture, limits


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return examples()


def drawn(picture: Picture) -> list[np.ndarray]:
    """The arrays of all images in a figure, panel by panel."""
    return [
        np.ma.filled(i.get_array(), np.nan) for axes in picture.figure.axes for i in axes.images
    ]


def numbers(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


# What is computed.


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_answers_are_those_of_tensorflow(stride: int) -> None:
    import tensorflow as tf

    expected = tf.nn.conv2d(
        garment()[np.newaxis, :, :, np.newaxis],
        ASYMMETRIC.astype(float)[:, :, np.newaxis, np.newaxis],
        strides=stride,
        padding="VALID",
    )
    np.testing.assert_allclose(convolved(garment(), ASYMMETRIC, stride), expected[0, :, :, 0])


def test_answers_take_a_kernel_that_is_not_square() -> None:
    kernel = ASYMMETRIC[:2]
    expected = correlate2d(garment(), kernel, mode="valid")
    np.testing.assert_allclose(convolved(garment(), kernel), expected)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pooled_is_what_keras_pools(size: int) -> None:
    import keras

    values = garment() - 0.5  # Negative ones too: a maximum that starts at 0 would be seen.
    expected = keras.layers.MaxPooling2D(size)(values[np.newaxis, :, :, np.newaxis])
    np.testing.assert_allclose(pooled(values, size), expected[0, :, :, 0])


def test_map_so_far_holds_what_has_been_computed_and_nothing_more() -> None:
    whole = correlate2d(garment(), ASYMMETRIC, mode="valid")
    seen = map_so_far(garment(), ASYMMETRIC, (2, 5))
    np.testing.assert_allclose(seen[:2], whole[:2])
    np.testing.assert_allclose(seen[2, :6], whole[2, :6])
    assert np.isnan(seen[2, 6:]).all()
    assert np.isnan(seen[3:]).all()


def test_all_places_of_a_small_map_are_visited() -> None:
    assert places(np.ones((2, 3))) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_of_a_large_map_the_strongest_row_and_the_end_of_each_other_row_are_visited() -> None:
    whole = np.zeros((6, 7))
    whole[3, 2] = -5
    expected = [(0, 6), (1, 6), (2, 6), *((3, column) for column in range(7)), (4, 6), (5, 6)]
    assert places(whole) == expected


def test_a_small_image_and_its_map_have_their_numbers_in_every_pixel() -> None:
    image = np.arange(25).reshape(5, 5)
    picture = plots.sliding_kernel(image, ASYMMETRIC)
    image_axes, _, _, map_axes = picture.figure.axes[:4]
    assert numbers(image_axes) == [str(value) for value in range(25)]
    whole = correlate2d(image, ASYMMETRIC, mode="valid").ravel()
    for step in range(len(picture.words)):
        picture.go_to(picture.figure, step)
        shown = [t.get_text().replace("−", "-") for t in map_axes.texts if t.get_visible()]
        assert [float(text) for text in shown] == list(whole[: step + 1])


def test_the_second_layer_is_what_keras_computes() -> None:
    import keras

    rng = np.random.default_rng(1)
    maps, kernel = rng.integers(0, 5, (4, 4, 3)), rng.integers(-2, 3, (3, 3, 3))
    picture = plots.second_layer(maps, kernel, bias=-4)
    layer = keras.layers.Conv2D(1, 3, activation="relu")
    layer.build((None, 4, 4, 3))
    layer.set_weights([kernel[..., np.newaxis].astype("float32"), np.array([-4.0], "float32")])
    expected = np.asarray(layer(maps[np.newaxis].astype("float32")))[0, ..., 0]

    assert len(picture.words) == 8  # three slices, sum, ReLU; then the other three places
    picture.go_to(picture.figure, 7)
    result = [float(text.get_text()) for text in picture.figure.axes[-1].texts]
    assert result == list(expected.ravel())
    assert picture.words[-1].endswith(f"ReLU: {expected[1, 1]:.0f}.")
    picture.go_to(picture.figure, 3)
    assert not any(text.get_visible() for text in picture.figure.axes[-1].texts)


def test_smaller_maps_have_equal_shapes_and_the_values_of_keras() -> None:
    import tensorflow as tf

    image, kernel = garment()[:13, :12], ASYMMETRIC.astype(float)
    for factor, (strided, blocks) in smaller_maps(image, kernel, (1, 2, 3)).items():
        tensor = image[np.newaxis, :, :, np.newaxis]
        weights = kernel[:, :, np.newaxis, np.newaxis]
        every = tf.nn.relu(tf.nn.conv2d(tensor, weights, 1, "VALID"))
        skipping = tf.nn.relu(tf.nn.conv2d(tensor, weights, factor, "VALID"))
        rows, columns = blocks.shape
        expected = tf.nn.max_pool2d(every, factor, factor, "VALID")
        np.testing.assert_allclose(blocks, expected[0, :, :, 0])
        np.testing.assert_allclose(strided, skipping[0, :rows, :columns, 0])


def test_share_kept_counts_the_clear_answers_that_survive() -> None:
    blocks = np.array([[8.0, 5.0], [4.0, 3.0]])
    strided = np.array([[8.0, 1.0], [4.0, 0.0]])
    assert share_kept(strided, blocks) == pytest.approx(2 / 3)  # 3 is not clear.


def test_layer_outputs_are_those_of_the_model() -> None:
    import keras

    model = network()
    maps = [layer for layer in model.layers if len(layer.output.shape) == 4]
    cut = keras.Model(model.inputs[0], [layer.output for layer in maps])
    expected = cut(batch())
    outputs = layer_outputs(model, batch())
    assert list(outputs) == [layer.name for layer in maps]
    for got, wanted in zip(outputs.values(), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_pooling_is_shown_for_the_map_of_its_convolution() -> None:
    first, first_pooled, second, second_pooled = follow_channels(network(), batch()).channels
    assert (first_pooled, second_pooled) == (first, second)


def test_followed_channels_vary_most_and_are_shares_of_the_strongest() -> None:
    found = follow_channels(network(), batch())
    for name, channel, maps in zip(found.layers, found.channels, found.maps, strict=True):
        values = layer_outputs(network(), batch())[name]
        shown = values[..., channel]
        if "conv" in name:
            spread = [np.var(values[..., n]) for n in range(values.shape[3])]
            assert channel == np.argmax(spread)
        np.testing.assert_allclose(maps * shown.max(), shown, rtol=1e-5)


def test_likeness_is_the_cosine_of_the_last_maps() -> None:
    found = follow_channels(network(), batch())
    last = list(layer_outputs(network(), batch()).values())[-1].reshape(3, -1)
    expected = [
        float(np.dot(one, last[0]) / np.sqrt(np.dot(one, one) * np.dot(last[0], last[0])))
        for one in last
    ]
    assert found.likeness == pytest.approx(expected, rel=1e-5)
    assert found.likeness[0] == pytest.approx(1.0)


def test_most_changed_kernels_come_first() -> None:
    before, after = KERNELS
    chosen, mean = most_changed(before, after, 6)
    changes = [np.mean(np.abs(after[..., n] - before[..., n])) for n in chosen]
    assert changes == sorted(changes, reverse=True)
    assert mean == pytest.approx(np.mean(changes))


def test_receptive_fields_are_the_pixels_that_have_a_gradient() -> None:
    import keras
    import tensorflow as tf

    model = network()
    layers = [layer for layer in model.layers if len(layer.output.shape) == 4]
    for layer, field in zip(layers, receptive_fields(model), strict=True):
        cut = keras.Model(model.inputs[0], layer.output)
        # A maximum has a gradient in one place only, so many images together show the field.
        images = tf.constant(np.random.default_rng(1).random((300, 16, 14, 1)))
        with tf.GradientTape() as tape:
            tape.watch(images)
            middle = cut(images)[:, field.units // 2, 0]
        reached = np.any(tape.gradient(middle, images).numpy()[..., 0] != 0, axis=0)
        rows = np.flatnonzero(reached.any(axis=1))
        assert (rows[0], rows[-1] - rows[0] + 1) == (field.middle_start, field.extent)


def test_fields_of_the_lessons_network_grow_to_ten_pixels() -> None:
    from course.checks.models import reference_cnn

    assert [f.extent for f in receptive_fields(reference_cnn())] == [3, 4, 8, 10]


def test_confusion_rows_are_per_cent_of_the_true_class() -> None:
    table = confusion(LABELS, DENSE, 3)
    expected = [
        [100 * sum((true == LABELS) & (taken == DENSE)) / sum(true == LABELS) for taken in range(3)]
        for true in range(3)
    ]
    np.testing.assert_allclose(table, expected)


def test_a_class_without_images_has_an_empty_row() -> None:
    assert confusion(np.array([0]), np.array([0]), 2).tolist() == [[100, 0], [0, 0]]


def test_disagreements_are_right_on_one_side_only() -> None:
    only_second, only_first = disagreements(LABELS, DENSE, CNN)
    assert only_second.tolist() == [1, 5, 8]
    assert only_first.tolist() == [7]


def test_accuracies_are_read_from_a_history_or_its_dictionary() -> None:
    class History:
        history = HISTORIES["CNN"]

    assert accuracies(History()) == accuracies(HISTORIES["CNN"]) == [0.6, 0.8, 0.9]


def test_a_scale_starts_at_zero_or_is_symmetric() -> None:
    assert limits([np.array([1.0, 4.0]), np.array([2.0])]) == (0.0, 4.0)
    assert limits([np.array([1.0, -4.0]), np.array([2.0])]) == (-4.0, 4.0)
    assert limits([np.zeros(3)]) == (0.0, 1.0)


# What is drawn.


def test_classic_kernels_are_drawn_with_their_answers(pictures: dict[str, Picture]) -> None:
    picture = pictures["classic_kernels"]
    maps = [array for array in drawn(picture) if array.shape == (14, 12)]
    np.testing.assert_array_equal(maps, list(plots.classic_maps(garment()).values()))
    for array, kernel in zip(maps, plots.CLASSIC_KERNELS.values(), strict=True):
        np.testing.assert_allclose(array, correlate2d(garment(), kernel, mode="valid"))
    assert numbers(picture.figure.axes[0]) == list("000010000")
    assert numbers(picture.figure.axes[3]) == ["1/9"] * 9


def test_each_step_shows_its_window_its_products_and_the_map_so_far(
    pictures: dict[str, Picture],
) -> None:
    picture = pictures["sliding_kernel"]
    whole = correlate2d(garment(), ASYMMETRIC, mode="valid")
    visited = places(whole)
    image_axes, _, product_axes, map_axes = picture.figure.axes[:4]
    for step, place in enumerate(visited):
        picture.go_to(picture.figure, step)
        top, left = place
        window = garment()[top : top + 3, left : left + 3]
        assert image_axes.patches[0].get_xy() == (left - 0.5, top - 0.5)
        written = [float(t.replace("−", "-")) for t in numbers(product_axes)]
        np.testing.assert_allclose(written, (window * ASYMMETRIC).ravel(), atol=0.0051)
        shown = np.ma.filled(map_axes.images[0].get_array(), np.nan)
        assert shown[place] == pytest.approx(whole[place])
        assert np.sum(~np.isnan(shown)) == top * whole.shape[1] + left + 1
    assert len(picture.words) == len(visited)
    assert visited[-1] == (whole.shape[0] - 1, whole.shape[1] - 1)


def test_the_still_shows_the_strongest_answer_of_its_row(pictures: dict[str, Picture]) -> None:
    picture = pictures["sliding_kernel"]
    sums = [float(words.split()[-1].strip(".").replace("−", "-")) for words in picture.words]
    assert abs(sums[picture.still]) == max(map(abs, sums))


def test_pooling_frames_the_largest_number_of_each_block(pictures: dict[str, Picture]) -> None:
    before, after = drawn(pictures["pooling_blocks"])
    np.testing.assert_array_equal(before, FEATURE_MAP)
    np.testing.assert_array_equal(after, [[6, 2], [2, 9]])
    axes = pictures["pooling_blocks"].figure.axes[0]
    framed = [p.get_center() for p in axes.patches if p.get_width() < 1]
    assert [FEATURE_MAP[round(y), round(x)] for x, y in framed] == [6, 2, 2, 9]
    assert numbers(axes)[:5] == ["1", "3", "2", "0", "9"]


def test_stride_and_pooling_are_drawn_from_their_maps(pictures: dict[str, Picture]) -> None:
    arrays = drawn(pictures["stride_or_pooling"])
    every = np.maximum(correlate2d(garment(), ASYMMETRIC, mode="valid"), 0)
    np.testing.assert_allclose(arrays[0], every)
    np.testing.assert_allclose(arrays[1], every[::2, ::2])
    np.testing.assert_allclose(arrays[2], every)
    np.testing.assert_allclose(arrays[3], pooled(every, 2))
    assert (arrays[3] >= arrays[1]).all()


def test_layers_are_drawn_image_by_image(pictures: dict[str, Picture]) -> None:
    arrays = drawn(pictures["layer_maps"])
    found = follow_channels(network(), batch())
    for row in range(3):
        np.testing.assert_allclose(arrays[5 * row], batch()[row, :, :, 0])
        for column in range(4):
            np.testing.assert_allclose(arrays[5 * row + 1 + column], found.maps[column][row])


def test_kernels_are_drawn_before_above_after(pictures: dict[str, Picture]) -> None:
    before, after = KERNELS
    chosen, _ = most_changed(before, after, 4)
    arrays = drawn(pictures["first_kernels"])
    for column, kernel in enumerate(chosen):
        np.testing.assert_array_equal(arrays[column], before[:, :, 0, kernel])
        np.testing.assert_array_equal(arrays[4 + column], after[:, :, 0, kernel])


def test_receptive_frames_have_the_size_of_the_field(pictures: dict[str, Picture]) -> None:
    axes = pictures["receptive_field"].figure.axes
    frames = [(a.patches[0].get_x() + 0.5, a.patches[0].get_width()) for a in axes]
    assert frames == [(f.middle_start, f.extent) for f in receptive_fields(network())]


def test_curves_and_stars_are_the_accuracies(pictures: dict[str, Picture]) -> None:
    lines = pictures["learning_curves"].figure.axes[0].lines
    values = [list(line.get_ydata()) for line in lines]
    assert values == [[0.5, 0.7, 0.8], [0.75], [0.6, 0.8, 0.9], [0.85]]


def test_confusion_cells_carry_their_numbers(pictures: dict[str, Picture]) -> None:
    axes = pictures["confusion_matrices"].figure.axes
    for place, taken in zip(axes, (DENSE, CNN), strict=False):
        table = confusion(LABELS, taken, 3)
        np.testing.assert_allclose(place.images[0].get_array(), table)
        assert numbers(place) == [str(round(n)) for n in table.ravel()]
        assert [label.get_text() for label in place.get_yticklabels()] == list(CLASSES)


def test_disagreeing_images_carry_both_names(pictures: dict[str, Picture]) -> None:
    axes = pictures["right_and_wrong"].figure.axes
    assert axes[0].get_title() == f"{CLASSES[LABELS[1]]}\ndense: {CLASSES[DENSE[1]]}"
    assert axes[3].get_title() == f"{CLASSES[LABELS[7]]}\nCNN: {CLASSES[CNN[7]]}"
    assert not axes[4].images  # There is only one of that kind.


# One scale for each figure, and nothing by color alone.

# Plots whose panels are compared; in the first, tables of kernels stand above the maps.
ONE_SCALE = {
    "classic_kernels": 5,
    "pooling_blocks": 0,
    "stride_or_pooling": 0,
    "first_kernels": 0,
    "maps": 0,
    "images": 0,
    "confusion_matrices": 0,
    "receptive_field": 0,
}


@pytest.mark.parametrize(("name", "first"), ONE_SCALE.items())
def test_panels_that_are_compared_have_one_scale(
    pictures: dict[str, Picture], name: str, first: int
) -> None:
    panels = pictures[name].figure.axes[first:]
    assert len({image.get_clim() for axes in panels for image in axes.images}) == 1


def test_answers_are_drawn_in_a_scale_whose_lightness_only_grows(
    pictures: dict[str, Picture],
) -> None:
    for picture in pictures.values():
        for axes in picture.figure.axes:
            for image in axes.images:
                colors = image.cmap(np.linspace(0, 1, 50))[:, :3]
                steps = np.diff(colors @ [0.2126, 0.7152, 0.0722])
                assert (steps >= 0).all() or (steps <= 0).all()


def test_lines_differ_in_more_than_color(pictures: dict[str, Picture]) -> None:
    lines = pictures["learning_curves"].figure.axes[0].lines
    styles = [(line.get_linestyle(), line.get_marker()) for line in (lines[0], lines[2])]
    assert styles[0][0] != styles[1][0]
    assert styles[0][1] != styles[1][1]
    named = numbers(pictures["learning_curves"].figure.axes[0])
    assert named == ["dense", "CNN"]  # Beside each star, which differ in color only.
