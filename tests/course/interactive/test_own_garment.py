"""A picture of one's own becomes what the network knows: a bright garment on black, 28 × 28."""

import keras
import numpy as np
import pytest
from PIL import Image

from course.errors import CourseError
from course.interactive.own_garment import own_garment, probabilities

DRAWING = ["........", ".######.", "..####..", "..####..", "..++++..", "........"]


def photo(path, ground, garment, mode="RGB"):
    """A square garment in a larger picture."""
    picture = Image.new(mode, (200, 120), ground)
    picture.paste(garment, (60, 30, 140, 110))
    picture.save(path)
    return path


def test_a_drawing_becomes_a_bright_garment_with_a_margin():
    garment = own_garment(DRAWING)
    assert list(garment.steps) == ["your drawing", "cut out", "28 × 28"]
    assert garment.pixels.shape == (28, 28)
    assert 0 <= garment.pixels.min() <= garment.pixels.max() <= 1
    assert not garment.pixels[:2].any()
    assert garment.pixels[13, 13] > 0.9
    assert not garment.inverted


@pytest.mark.parametrize(
    ("ground", "shirt", "inverted"), [("white", "navy", True), ("black", "white", False)]
)
def test_a_photo_on_white_is_inverted_and_one_on_black_is_not(tmp_path, ground, shirt, inverted):
    garment = own_garment(photo(tmp_path / "photo.png", ground, shirt))
    assert garment.inverted == inverted
    assert ("inverted" in garment.steps) == inverted
    assert garment.pixels[14, 14] > 0.7
    assert garment.pixels[0, 0] == 0


def test_what_is_transparent_is_ground(tmp_path):
    path = photo(tmp_path / "photo.png", (0, 0, 0, 0), (0, 0, 0, 255), mode="RGBA")
    garment = own_garment(str(path))
    assert garment.pixels[14, 14] == 1
    assert garment.pixels[0, 0] == 0


def test_what_is_no_picture_is_said_with_what_to_do(tmp_path):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    for source, words in [
        (tmp_path / "missing.png", "There is no picture"),
        (text, "can't be read as a picture"),
        (photo(tmp_path / "empty.png", "white", "white"), "Nothing stands out"),
        (["ab#"], "has no 'a b'"),
        ([], "no rows"),
    ]:
        with pytest.raises(CourseError, match=words):
            own_garment(source)


def test_the_network_shows_maps_and_ten_probabilities(capsys):
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    garment = own_garment(DRAWING)
    garment.show()
    garment.classify(model)
    said = capsys.readouterr().out
    assert "not inverted" in said
    assert "Feature maps of your picture." in said
    assert "ten probabilities" in said


def test_the_bars_are_the_probabilities():
    values = np.array([0.7, *[0.1 / 3] * 9])
    picture = probabilities(values)
    axes = picture.figure.axes[0]
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], values)
    assert "T-shirt/top 70.0%" in picture.caption
