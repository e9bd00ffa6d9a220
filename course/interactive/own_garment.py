"""A learner's own picture or drawing, made into what the network was trained on, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course.data import CLASS_NAMES
from course.errors import CourseError
from course.plots.feature_maps import layer_outputs
from course.plots.picture import Picture, images, maps, new_figure

_SIDE, _GARMENT = 28, 24
_BRIGHTNESS = {" ": 0.0, ".": 0.0, "+": 0.5, "#": 1.0}
_GROUND = 0.15  # What is at most so bright is ground.
_SHOWN_MAPS = 3


@dataclass(frozen=True)
class OwnGarment:
    """A picture on its way to 28 × 28 gray pixels. Nothing of it leaves the computer."""

    steps: Mapping[str, np.ndarray]
    """What the picture was after each step, gray values from 0 to 1, by the name of the step."""
    inverted: bool
    """Whether dark and bright were exchanged."""

    @property
    def pixels(self) -> np.ndarray:
        """The picture as the network gets it, (28, 28) with values from 0 to 1."""
        return list(self.steps.values())[-1]

    def show(self) -> None:
        """Show the picture after each step."""
        why = (
            "Its background is bright, so it was inverted: the network knows bright garments on "
            "black only, and would mistake a white background for part of the garment."
            if self.inverted
            else "Its background is dark already, so it was not inverted."
        )
        images(
            self.steps,
            alt=f"A picture of your own after each of {len(self.steps)} steps.",
            caption=f"From your picture to the network's view: {', '.join(self.steps)}. {why}",
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


def own_garment(source: str | Path | Sequence[str]) -> OwnGarment:
    """Make a garment of a picture file, or of a drawing: rows of `#`, `+` and `.` for ground.

    Raises CourseError for a file that is no picture, and for a picture with nothing on its ground.
    """
    if isinstance(source, (str, Path)):
        gray = _read(Path(source))
        steps = {"gray": gray}
    else:
        gray = _drawn(source)
        steps = {"your drawing": gray}
    inverted = bool(np.median(_border(gray)) > 0.5)
    if inverted:
        gray = 1 - gray
        steps["inverted"] = gray
    ground = float(np.median(_border(gray)))
    gray = np.clip((gray - ground) / max(1 - ground, 1e-6), 0, 1)
    steps["cut out"] = cut = _cut_out(gray)
    steps["28 × 28"] = _scaled(cut)
    return OwnGarment(steps, inverted)


def _read(path: Path) -> np.ndarray:
    """Return a picture file as gray values from 0 to 1; what is transparent becomes white."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            opened.draft("L", (512, 512))
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except FileNotFoundError as error:
        raise CourseError(
            f"There is no picture {str(path)!r}.", "Put it beside this notebook, or write its path."
        ) from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise CourseError(
            f"{path} can't be read as a picture.", "Save it as a PNG or JPEG file."
        ) from error
    picture.thumbnail((512, 512))
    white = Image.new("RGBA", picture.size, "white")
    gray = Image.alpha_composite(white, picture).convert("L")
    return np.asarray(gray, dtype=float) / 255


def _drawn(rows: Sequence[str]) -> np.ndarray:
    """Return a drawing as gray values; short rows are filled with ground."""
    unknown = sorted(set("".join(rows)) - _BRIGHTNESS.keys())
    if not rows or unknown:
        raise CourseError(
            f"A drawing has no {' '.join(unknown)!r}." if unknown else "The drawing has no rows.",
            "Use # for the garment, + for gray and . for the background.",
        )
    width = max(map(len, rows))
    return np.array([[_BRIGHTNESS[sign] for sign in row.ljust(width)] for row in rows])


def _border(gray: np.ndarray) -> np.ndarray:
    return np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])


def _cut_out(gray: np.ndarray) -> np.ndarray:
    """Return the smallest square around all that is brighter than the ground."""
    rows, columns = np.nonzero(gray > _GROUND)
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
