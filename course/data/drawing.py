"""Tools to draw garments: random numbers, poses, strokes and cloth.

Only operations that IEEE 754 rounds exactly are used (no sin, exp or matrix products), and only
the raw stream of PCG64, which NumPy keeps stable: the bytes are the same on every machine.
Coordinates run from -1 to 1 over the image. Random values have shape (n, 1, 1), drawings have
shape (n, 28, 28).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Floating point, always float32 in practice.
Array = NDArray[Any]
# A point of a drawing: each coordinate is one number for all images or one per image.
Point = tuple[Any, Any]

SIDE = 28
# How fast an edge goes from 0 to 1: about one and a half pixels on a canvas 2 units wide.
_EDGE = np.float32(10.0)


class Dice:
    """Uniform random numbers, one per image of a batch, the same on every machine."""

    def __init__(self, batch: int, *seed: int) -> None:
        """Start the stream that belongs to `seed`, for batches of `batch` images."""
        self.batch = batch
        self._bits = np.random.PCG64(list(seed))

    def between(self, low: float, high: float) -> Array:
        """Draw one number per image from [low, high), shape (n, 1, 1)."""
        share = (self._bits.random_raw(self.batch) >> np.uint64(40)).astype(np.float32)
        share = share.reshape(-1, 1, 1) * np.float32(2.0**-24)
        return np.float32(low) + share * np.float32(high - low)

    def chance(self, probability: float) -> Array:
        """Draw 1.0 with this probability and 0.0 otherwise, shape (n, 1, 1)."""
        return (self.between(0, 1) < np.float32(probability)).astype(np.float32)

    def grain(self) -> Array:
        """Draw one number per pixel from -1…1, shape (n, 28, 28)."""
        words = self._bits.random_raw(self.batch * SIDE * SIDE // 8)
        bytes_ = words.astype("<u8").view(np.uint8).reshape(self.batch, SIDE, SIDE)
        return (bytes_.astype(np.float32) - np.float32(127.5)) * np.float32(1 / 127.5)


class Canvas(NamedTuple):
    """The coordinates of a batch's pixels as the garment sees them: x to the right, y down."""

    x: Array
    y: Array

    @property
    def mirrored(self) -> Array:
        """The absolute value of x: symmetric garments are drawn as one half."""
        return np.abs(self.x)


def pose(dice: Dice, shift: float, turn: float) -> Canvas:
    """Place each garment of a batch: shifted, scaled, turned and slanted at random."""
    axis = (np.arange(SIDE, dtype=np.float32) - np.float32(13.5)) / np.float32(14)
    column = axis.reshape(1, 1, -1) - dice.between(-shift, shift)
    row = axis.reshape(1, -1, 1) - dice.between(-shift, shift)
    # tan(angle / 2) gives sine and cosine without calling either.
    half = dice.between(-turn, turn) / 2
    cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    wide, tall = dice.between(0.82, 1.04), dice.between(0.82, 1.04)
    x = (cosine * column + sine * row) / wide
    y = (cosine * row - sine * column) / tall
    return Canvas(x + dice.between(-0.06, 0.06) * y, y)


def fill(distance: Array) -> Array:
    """Turn a distance to the edge (positive inside) into coverage."""
    return np.clip(distance * _EDGE + np.float32(0.5), 0, 1)


def union(*parts: Array) -> Array:
    """Coverage of the pixels that at least one of the parts covers."""
    whole = parts[0]
    for part in parts[1:]:
        whole = np.maximum(whole, part)
    return whole


def limb(x: Array, y: Array, start: Point, end: Point, radius: Point) -> Array:
    """Coverage of a tapered stroke from `start` to `end`: a sleeve, a strap, a handle."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
    away_x, away_y = x - x0 - along * dx, y - y0 - along * dy
    away = np.sqrt(away_x * away_x + away_y * away_y)
    return fill(radius[0] + along * (radius[1] - radius[0]) - away)


def trunk(canvas: Canvas, top: Array, bottom: Array, widths: tuple[Any, Any, Any]) -> Array:
    """Coverage of a body whose half width runs from shoulder over waist to hem."""
    shoulder, waist, hem = widths
    share = np.clip((canvas.y - top) / (bottom - top), 0, 1) * 2
    upper, lower = np.minimum(share, 1), np.maximum(share - 1, 0)
    width = shoulder + upper * (waist - shoulder) + lower * (hem - waist)
    inside = np.minimum(width - canvas.mirrored, np.minimum(canvas.y - top, bottom - canvas.y))
    return fill(inside)


def neck_hole(canvas: Canvas, top: Array, width: Array, depth: Array, pointed: Array) -> Array:
    """Coverage of the hole for the head, round or (where `pointed` is 1) V-shaped."""
    across, down = canvas.mirrored / width, np.maximum(canvas.y - top, -0.05) / depth
    round_, vee = across * across + down * down, across + np.abs(down)
    return fill((1 - (round_ + pointed * (vee - round_))) * np.minimum(width, depth))


def line(position: Array, half_width: float) -> Array:
    """Coverage of a seam where `position` is 0."""
    return fill(np.float32(half_width) - np.abs(position))


def dots(canvas: Canvas, spacing: Array, start: Array, end: Array) -> Array:
    """Coverage of a row of buttons down the middle, from `start` to `end`."""
    steps = canvas.y / spacing
    off = (steps - np.floor(steps) - np.float32(0.5)) * spacing
    near = np.float32(0.075) - np.sqrt(canvas.x * canvas.x + off * off)
    return fill(near) * (canvas.y > start) * (canvas.y < end)


def wave(position: Array) -> Array:
    """A triangle wave of period 1 between -1 and 1; unlike a sine, it is computed exactly."""
    return np.abs(position - np.floor(position) - np.float32(0.5)) * 4 - 1


def fabric(canvas: Canvas, dice: Dice) -> Array:
    """The tone of the cloth: plain, with stripes in one or both directions, and with some noise."""
    across = wave(canvas.x * dice.between(2.0, 4.5) + dice.between(0, 1))
    down = wave(canvas.y * dice.between(2.0, 4.5) + dice.between(0, 1))
    strength = dice.between(0.1, 0.5)
    stripes = across * dice.chance(0.25) + down * dice.chance(0.3)
    light = canvas.x * dice.between(-0.2, 0.2) + canvas.y * dice.between(-0.2, 0.2)
    return 1 + stripes * strength + light + dice.grain() * dice.between(0.02, 0.2)
