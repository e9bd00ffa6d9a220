"""A picture of one's own becomes what the network knows: a bright garment on black, 28 × 28."""

import struct
import zlib

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


@pytest.mark.parametrize(
    ("ground", "shirt", "inverted", "brightness"),
    [
        (0.4, 0.8, False, 2 / 3),
        (0.6, 0.8, False, 1 / 2),
        (0.9, 1.0, False, 1),
        (0.6, 0.3, True, 1 / 2),
        (0.4, 0.1, True, 3 / 4),
        (0.1, 0.0, True, 1),
    ],
)
def test_a_garment_darker_than_its_ground_is_inverted_and_a_brighter_one_is_not(
    tmp_path, ground, shirt, inverted, brightness
):
    grays = (round(255 * value) for value in (ground, shirt))
    garment = own_garment(photo(tmp_path / "photo.png", *grays, mode="L"))
    assert garment.inverted == inverted
    assert f"garment is {'darker' if inverted else 'brighter'} than" in garment.reason
    assert garment.pixels[14, 14] == pytest.approx(brightness, abs=0.02)
    assert garment.pixels[0, 0] == 0


def test_a_print_of_the_other_brightness_does_not_decide_the_inversion():
    picture = Image.new("L", (200, 120), 128)
    picture.paste(70, (60, 30, 140, 110))
    picture.paste(255, (75, 45, 125, 95))
    assert own_garment(picture).inverted


@pytest.mark.parametrize(
    ("mode", "shirt", "inverted", "brightness"),
    [
        ("RGBA", (0, 0, 0, 255), True, 1),
        ("RGBA", (255, 255, 255, 255), False, 1),
        ("RGBA", (51, 51, 51, 255), True, 0.8),
        ("RGBA", (204, 204, 204, 255), False, 0.8),
        ("LA", (51, 255), True, 0.8),
        ("LA", (204, 255), False, 0.8),
    ],
)
@pytest.mark.parametrize("hidden", [0, 255])
def test_what_is_transparent_is_ground(tmp_path, mode, shirt, inverted, brightness, hidden):
    ground = (*[hidden] * (len(mode) - 1), 0)
    garment = own_garment(str(photo(tmp_path / "photo.png", ground, shirt, mode)))
    assert garment.inverted == inverted
    assert garment.pixels[14, 14] == pytest.approx(brightness, abs=0.01)
    assert garment.pixels[0, 0] == 0
    assert garment.steps["gray"][0, 0] == inverted
    if inverted:
        np.testing.assert_allclose(garment.steps["inverted"], 1 - garment.steps["gray"])
    assert ("made white" in garment.reason) == inverted


def test_all_that_is_opaque_is_cut_out_whatever_its_brightness():
    picture = Image.new("LA", (200, 120), (0, 0))
    picture.paste((255, 255), (40, 30, 160, 90))
    picture.paste((20, 255), (60, 30, 140, 90))
    garment = own_garment(picture)
    assert garment.inverted
    assert garment.steps["cut out"].shape == (120, 120)


def test_an_opaque_picture_with_an_alpha_channel_has_its_ground_at_the_border():
    picture = Image.new("RGBA", (200, 120), (255, 255, 255, 255))
    picture.paste((0, 0, 0, 255), (60, 30, 140, 110))
    assert own_garment(picture).inverted
    assert own_garment(picture).steps["cut out"].shape == (80, 80)


@pytest.mark.parametrize(
    ("suffix", "dtype", "ground", "shirt"),
    [
        ("png", "uint16", 0, 0.8 * 65_535),
        ("tif", "uint16", 0, 0.8 * 65_535),
        ("tif", "int32", 0, 0.8 * 255),
        ("tif", "int32", 0, 0.8 * 65_535),
        ("tif", "float32", 0, 0.8),
        ("tif", "float32", 0, 0.8 * 255),
        ("tif", "float32", 1, 0.2),
        ("tif", "float32", -0.5, 0.8),
    ],
)
def test_deep_pictures_are_scaled_and_not_cut_off(tmp_path, suffix, dtype, ground, shirt):
    pixels = np.full((120, 200), ground, dtype)
    pixels[30:110, 60:140] = shirt
    pixels[40, 70] = pixels.max() / 0.8 if shirt > 1 else 1  # A white pixel.
    path = tmp_path / f"deep.{suffix}"
    Image.fromarray(pixels).save(path)
    garment = own_garment(path)
    assert garment.pixels[14, 14] == pytest.approx(0.8, abs=0.02)
    assert garment.pixels[0, 0] == 0


def test_numbers_that_are_none_are_black():
    pixels = np.zeros((20, 20), "float32")
    pixels[5:15, 5:15] = 0.5
    pixels[0, 0], pixels[0, 1] = np.nan, np.inf
    assert own_garment(Image.fromarray(pixels)).pixels[14, 14] == pytest.approx(0.5, abs=0.02)


def test_of_an_animation_the_first_frame_counts(tmp_path):
    frames = [Image.new("L", (200, 120), 255) for _ in range(2)]
    frames[0].paste(0, (60, 30, 140, 110))
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    assert own_garment(tmp_path / "two.gif").steps["cut out"].shape == (80, 80)


@pytest.mark.parametrize("shirt", [30, 220])
def test_a_palette_may_have_a_transparent_color(tmp_path, shirt):
    picture = Image.new("P", (200, 120), 0)
    picture.putpalette([128, 128, 128, shirt, shirt, shirt])
    picture.paste(1, (60, 30, 140, 110))
    picture.save(tmp_path / "palette.png", transparency=0)
    garment = own_garment(tmp_path / "palette.png")
    assert garment.inverted == (shirt < 128)
    assert garment.pixels[14, 14] == pytest.approx(max(shirt, 255 - shirt) / 255, abs=0.01)
    assert garment.pixels[0, 0] == 0


def test_a_picture_of_pil_is_taken_as_its_file_and_stays_as_it_was(tmp_path):
    path = photo(tmp_path / "photo.png", "white", "navy")
    with Image.open(path) as picture:
        garment = own_garment(picture)
        assert picture.size == (200, 120)
    np.testing.assert_array_equal(garment.pixels, own_garment(path).pixels)


@pytest.mark.parametrize(
    ("rows", "middle"), [(["####"] * 4, 1), (["++++"] * 4, 0.5), (["++++", "+##+"] * 2, 0.75)]
)
def test_a_drawing_may_touch_its_border_and_is_never_inverted(rows, middle):
    garment = own_garment(rows)
    assert not garment.inverted
    assert garment.pixels[2:26, 2:26].mean() > 0.45
    assert garment.pixels[12:16, 12:16].mean() == pytest.approx(middle, abs=0.05)


def test_a_drawing_may_be_one_text_of_several_lines():
    text = """
        ........
        .######.
        ..####..
        ..####..
        ..++++..
        ........
    """
    for step, array in own_garment(DRAWING).steps.items():
        np.testing.assert_array_equal(own_garment(text).steps[step], array)


def test_what_is_no_picture_is_said_with_what_to_do(tmp_path):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    damaged = photo(tmp_path / "damaged.png", "white", "navy")
    damaged.write_bytes(damaged.read_bytes()[:100])
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    for source, words in [
        (tmp_path / "missing.png", "There is no picture"),
        (text, "can't be read as a picture"),
        (damaged, "can't be read as a picture"),
        ("a" * 5000, "can't be read as a picture"),
        ("a\0b.png", "can't be read as a picture"),
        (tmp_path, "is a folder"),
        (photo(tmp_path / "empty.png", "white", "white"), "Nothing stands out"),
        (Image.new("L", (1, 1), 255), "Nothing stands out"),
        (clear, "Nothing stands out"),
        (["ab#"], "has no 'a b'"),
        ([], "no garment"),
        (["", ""], "no garment"),
        (["...", "..."], "no garment"),
        (["###", 7], "Row 2 of the drawing is not text"),
        ([["#"], ["#"]], "Row 1 of the drawing is not text"),
        (None, "can't use None"),
        (np.zeros((28, 28)), "can't use a value of type ndarray"),
    ]:
        with pytest.raises(CourseError, match=words) as caught:
            own_garment(source)
        assert caught.value.next_step
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("side", [10_000, 15_500])
def test_a_huge_picture_is_refused_before_it_is_read(tmp_path, side):
    """PIL warns of the first, and raises an error for the second, of 240 megapixels."""
    path = tmp_path / "huge.png"
    path.write_bytes(header_of_a_png(side))
    with pytest.raises(CourseError, match="is too large: it has more than 89,478,485 pixels"):
        own_garment(path)


def header_of_a_png(side):
    """The first bytes of a gray picture, which say how large it is."""
    size = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(size) - 4) + size
    return start + struct.pack(">I", zlib.crc32(size)) + struct.pack(">I", 99) + b"IDAT"


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
