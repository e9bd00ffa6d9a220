"""A learner's own picture or drawing, made into what the network was trained on, step by step."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course.data import CLASS_NAMES
from course.errors import CourseError
from course.plots.feature_maps import layer_outputs
from course.plots.picture import Picture, images, maps, new_figure

if TYPE_CHECKING:
    from PIL.Image import Image as PILImage

_SIDE, _GARMENT = 28, 24
_BRIGHTNESS = {" ": 0.0, ".": 0.0, "+": 0.5, "#": 1.0}
# A garment differs from its ground by more than this; a pale one by more than the second number.
_STANDS_OUT, _PALE = 0.15, 0.05
_WHITES = (1, 255, 65_535)  # In pictures of floating-point numbers, of 8 bits and of 16 bits.
_SHOWN_MAPS = 3


@dataclass(frozen=True)
class OwnGarment:
    """A picture on its way to 28 × 28 gray pixels. Nothing of it leaves the computer."""

    steps: Mapping[str, np.ndarray]
    """What the picture was after each step, gray values from 0 to 1, by the name of the step."""
    reason: str
    """Why dark and bright were exchanged, or were not."""

    @property
    def inverted(self) -> bool:
        """Whether dark and bright were exchanged."""
        return "inverted" in self.steps

    @property
    def pixels(self) -> np.ndarray:
        """The picture as the network gets it, (28, 28) with values from 0 to 1."""
        return list(self.steps.values())[-1]

    def show(self) -> None:
        """Show the picture after each step."""
        images(
            self.steps,
            alt=f"A picture of your own after each of {len(self.steps)} steps.",
            caption=f"From your picture to the network's view: {', '.join(self.steps)}. "
            f"{self.reason} The network knows bright garments on black only.",
        ).show()

    def classify(self, model: Any, class_names: Sequence[str] = CLASS_NAMES) -> None:
        """Show a trained network's strongest first feature maps and its probabilities."""
        tensor = self.pixels[np.newaxis, ..., np.newaxis].astype("float32")
        first = next(iter(layer_outputs(model, tensor).values()))[0]
        strongest = first.sum(axis=(0, 1)).argsort()[::-1][:_SHOWN_MAPS]
        maps(
            {f"map {channel}": first[..., channel] for channel in strongest},
            alt="Feature maps of your picture.",
            caption="The first convolution's maps that respond most to your picture.",
        ).show()
        probabilities(np.asarray(model(tensor))[0], class_names).show()


class _OnBlack(NamedTuple):
    """A garment on black, and how it was found."""

    steps: dict[str, np.ndarray]
    gray: np.ndarray
    """Gray values from 0 to 1; the ground is 0."""
    garment: np.ndarray
    """Which pixels belong to the garment."""
    reason: str


def own_garment(source: "str | Path | PILImage | Sequence[str]") -> OwnGarment:
    """Make a garment of a picture, or of a drawing: rows of `#`, `+` and `.` for the background.

    A picture is the name of a file or a PIL image; a drawing is a list of rows, or one text of
    several lines. Raises CourseError for anything else, and where there is nothing on the ground.
    """
    if isinstance(source, str) and "\n" in source:
        source = dedent(source).strip("\n").splitlines()
    if isinstance(source, Sequence) and not isinstance(source, str):
        found = _drawn(source)
    else:
        gray, alpha = _read(source)
        found = _cut_free(gray, alpha) if alpha.min() < 0.5 else _against_its_ground(gray)
    cut = _cut_out(found.gray, found.garment)
    return OwnGarment({**found.steps, "cut out": cut, "28 × 28": _scaled(cut)}, found.reason)


def _drawn(rows: Sequence[Any]) -> _OnBlack:
    """Read a drawing; short rows are filled with ground."""
    how = "Use # for the garment, + for gray and . for the background."
    for number, row in enumerate(rows, 1):
        if not isinstance(row, str):
            raise CourseError(f"Row {number} of the drawing is not text.", how)
        if unknown := sorted(set(row) - _BRIGHTNESS.keys()):
            raise CourseError(f"A drawing has no {' '.join(unknown)!r}.", how)
    width = max(map(len, rows), default=0)
    gray = np.array([[_BRIGHTNESS[sign] for sign in row.ljust(width)] for row in rows])
    if not gray.any():
        raise CourseError("The drawing has no garment.", how)
    reason = "The background of a drawing is black, so it was not inverted."
    return _OnBlack({"your drawing": gray}, gray, gray > 0, reason)


def _read(source: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the brightness and the opacity of a picture's pixels, both from 0 to 1."""
    from PIL import Image

    name = "The picture" if isinstance(source, Image.Image) else str(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _prepared(source)
    except CourseError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CourseError(
            f"{name} is too large: it has more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels.",
            "Save a smaller copy.",
        ) from error
    except FileNotFoundError as error:
        raise CourseError(
            f"There is no picture {name!r}.", "Put it beside this notebook, or write its path."
        ) from error
    except Exception as error:  # PIL raises almost anything for a damaged file.
        raise CourseError(
            f"{name} can't be read as a picture.", "Save it as a PNG or JPEG file."
        ) from error
    gray, alpha = picture.convert("L"), picture.getchannel("A")
    return np.asarray(gray, dtype=float) / 255, np.asarray(alpha, dtype=float) / 255


def _prepared(source: Any) -> "PILImage":
    """Return a small RGBA copy of a picture, the right way up; of an animation, the first frame."""
    from PIL import Image

    if isinstance(source, Image.Image):
        return _small(source)
    if not isinstance(source, (str, Path)):
        kind = "None" if source is None else f"a value of type {type(source).__name__}"
        raise CourseError(
            f"own_garment can't use {kind}.",
            'Give the name of a picture file, a PIL image or rows such as ["..##..", ".####."].',
        )
    if Path(source).is_dir():
        raise CourseError(f"{str(source)!r} is a folder.", "Give the name of a picture in it.")
    with Image.open(source) as opened:
        opened.draft("L", (512, 512))
        return _small(opened)


def _small(picture: "PILImage") -> "PILImage":
    """Return an upright RGBA copy of at most 512 × 512 pixels."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    small = (_eight_bits(upright) if upright.mode[0] in "IF" else upright).convert("RGBA")
    small.thumbnail((512, 512))
    return small


def _eight_bits(picture: "PILImage") -> "PILImage":
    """Scale a picture of 16-bit, 32-bit or floating-point numbers, which PIL would cut off at 255.

    White is the first of 1, 255 and 65,535 that no pixel exceeds, or else the largest pixel.
    """
    from PIL import Image

    values = np.nan_to_num(np.asarray(picture, dtype="float32"), posinf=0, neginf=0)
    largest = values.max()
    white = next((white for white in _WHITES if largest <= white), largest)
    return Image.fromarray((255 * np.clip(values / white, 0, 1)).round().astype("uint8"))


def _cut_free(gray: np.ndarray, alpha: np.ndarray) -> _OnBlack:
    """Find a garment whose ground is transparent."""
    garment = alpha >= 0.5
    if garment.any() and np.median(gray[garment]) < 0.5:
        steps = {"gray": 1 - alpha * (1 - gray), "inverted": alpha * (1 - gray)}
        return _OnBlack(
            steps,
            steps["inverted"],
            garment,
            "The garment is dark, so its transparent background was made white, and the picture "
            "was inverted.",
        )
    on_black = alpha * gray
    return _OnBlack(
        {"gray": on_black},
        on_black,
        garment,
        "The garment is bright, so its transparent background was made black, and the picture "
        "was not inverted.",
    )


def _against_its_ground(gray: np.ndarray) -> _OnBlack:
    """Find a garment that is darker or brighter than its ground, which lies along the border."""
    steps = {"gray": gray}
    ground = float(np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])))
    difference = gray - ground
    least = max(_PALE, min(_STANDS_OUT, np.abs(difference).max() / 2))
    stands_out = np.abs(difference) > least
    is_darker = stands_out.any() and np.median(difference[stands_out]) < 0
    if is_darker:
        steps["inverted"] = 1 - gray
        ground, difference = 1 - ground, -difference
    return _OnBlack(
        steps,
        np.clip(difference / max(1 - ground, _PALE), 0, 1),
        difference > least,
        "The garment is darker than its background, so the picture was inverted."
        if is_darker
        else "The garment is brighter than its background, so the picture was not inverted.",
    )


def _cut_out(gray: np.ndarray, garment: np.ndarray) -> np.ndarray:
    """Return the smallest square around the garment."""
    rows, columns = np.nonzero(garment)
    if not len(rows):
        raise CourseError(
            "Nothing stands out from the picture's background.",
            "Take one with a plain background.",
        )
    part = gray[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    missing = [max(part.shape) - length for length in part.shape]
    return np.pad(part, [(room // 2, room - room // 2) for room in missing])


def _scaled(square: np.ndarray) -> np.ndarray:
    """Return a square as 28 × 28 pixels with a margin, as the training images have it."""
    from PIL import Image

    picture = Image.fromarray((255 * square).astype("uint8"))
    small = np.asarray(picture.resize((_GARMENT, _GARMENT), Image.Resampling.LANCZOS)) / 255
    return np.pad(small, (_SIDE - _GARMENT) // 2)


def probabilities(values: np.ndarray, class_names: Sequence[str] = CLASS_NAMES) -> Picture:
    """Show the probability of each class as a bar."""
    ordered = sorted(zip(values, class_names, strict=True), reverse=True)
    words = ", ".join(f"{name} {value:.1%}" for value, name in ordered[:3])

    def draw() -> Any:
        figure, axes = new_figure(6, 3)
        place = axes[0, 0]
        bars = place.barh(list(class_names), values)
        place.bar_label(bars, [f"{value:.0%}" for value in values], padding=3)
        place.invert_yaxis()
        place.set_xlim(0, 1.15)
        place.set_xlabel("probability")
        return figure

    return Picture(
        draw,
        caption=f"The network's ten probabilities, which add up to 1. The largest: {words}.",
        alt="A bar for each of ten classes.",
    )
