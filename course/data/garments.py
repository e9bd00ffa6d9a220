"""Draws the ten classes of garments of the embedded stand-in.

Each function draws a batch of one class, every garment with its own measures. The ranges of
measures overlap, so that a shirt may look like a T-shirt, a pullover or a coat, as in the real set.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.data.drawing import (
    Array,
    Canvas,
    Dice,
    Point,
    dots,
    fabric,
    fill,
    limb,
    line,
    neck_hole,
    pose,
    trunk,
    union,
    wave,
)


class Drawing(NamedTuple):
    """One batch of one class: coverage 0…1 and tone (a factor on brightness), (n, 28, 28)."""

    coverage: Array
    tone: Array


class _Top(NamedTuple):
    """The measures that T-shirt, pullover, coat and shirt share: their ranges overlap."""

    top: Array
    bottom: Array
    coverage: Array


def _top(
    canvas: Canvas, dice: Dice, length: tuple[float, float], sleeve: Array, slack: float
) -> _Top:
    """Draw a body with two sleeves; `sleeve` is 0 for none and 1 for down to the hem."""
    top, bottom = dice.between(-0.92, -0.8), dice.between(*length)
    shoulder = dice.between(0.42, 0.56) + np.float32(slack)
    waist = shoulder - dice.between(0.0, 0.12)
    body = trunk(canvas, top, bottom, (shoulder, waist, waist + dice.between(-0.04, 0.1)))
    spread = dice.between(0.24, 0.42)
    reach = np.float32(0.25) + sleeve * np.float32(1.3)
    hand = (shoulder + spread * np.sqrt(sleeve + np.float32(0.2)), top + reach)
    arm = (shoulder - np.float32(0.1), top + np.float32(0.16))
    width = dice.between(0.15, 0.2)
    sleeves = limb(canvas.mirrored, canvas.y, arm, hand, (width, width * np.float32(0.75)))
    hole = neck_hole(
        canvas, top, dice.between(0.16, 0.28), dice.between(0.1, 0.3), dice.chance(0.25)
    )
    return _Top(top, bottom, union(body, sleeves * (sleeve > 0)) * (1 - hole))


def _t_shirt(canvas: Canvas, dice: Dice) -> Drawing:
    sleeve = dice.between(0.0, 0.36) * dice.chance(0.88)
    shirt = _top(canvas, dice, (0.62, 0.95), sleeve, 0.0)
    logo = fill(dice.between(0.1, 0.25) - union(canvas.mirrored, np.abs(canvas.y + 0.15)))
    return Drawing(shirt.coverage, 1 + logo * dice.chance(0.35) * dice.between(-0.7, 0.5))


def _pullover(canvas: Canvas, dice: Dice) -> Drawing:
    knit = _top(canvas, dice, (0.6, 0.92), dice.between(0.75, 1.05), 0.02)
    hem = line(canvas.y - knit.bottom + np.float32(0.12), 0.04)
    return Drawing(knit.coverage, 1 - hem * dice.chance(0.7) * dice.between(0.1, 0.4))


def _coat(canvas: Canvas, dice: Dice) -> Drawing:
    coat = _top(canvas, dice, (0.7, 0.98), dice.between(0.75, 1.05), 0.03)
    opening = line(canvas.x + dice.between(-0.06, 0.06), 0.035) * dice.between(0.0, 0.8)
    lapel = line(canvas.mirrored - np.float32(0.3) * (-canvas.y - np.float32(0.05)), 0.03)
    lapel = lapel * (canvas.y < -0.1) * dice.chance(0.7) * dice.between(0.2, 0.6)
    buttons = dots(canvas, dice.between(0.3, 0.45), dice.between(-0.4, 0), coat.bottom)
    return Drawing(coat.coverage, 1 - union(opening, lapel, buttons * dice.chance(0.4)))


def _shirt(canvas: Canvas, dice: Dice) -> Drawing:
    long = dice.chance(0.6)
    sleeve = long * dice.between(0.65, 1.0) + (1 - long) * dice.between(0.1, 0.4)
    shirt = _top(canvas, dice, (0.64, 0.96), sleeve, 0.0)
    collar = line(canvas.mirrored - (canvas.y - shirt.top) * np.float32(0.9), 0.06)
    collar = collar * (canvas.y < shirt.top + np.float32(0.3)) * dice.between(0.0, 0.5)
    closed = dice.chance(0.7)
    buttons = dots(canvas, dice.between(0.2, 0.3), shirt.top, shirt.bottom)
    seam = line(canvas.x - np.float32(0.06), 0.03) * dice.between(0.0, 0.4)
    front = union(buttons * dice.between(0.2, 0.7), seam) * closed
    return Drawing(shirt.coverage, 1 - union(collar, front))


def _trouser(canvas: Canvas, dice: Dice) -> Drawing:
    top, bottom = dice.between(-0.98, -0.85), dice.between(0.85, 1.0)
    hip, ankle = dice.between(0.26, 0.42), dice.between(0.24, 0.48)
    legs = trunk(canvas, top, bottom, (hip - np.float32(0.03), hip, ankle))
    crotch, gap = dice.between(-0.55, -0.2), dice.between(0.02, 0.22)
    between = fill((canvas.y - crotch) * gap - canvas.mirrored + np.float32(0.02))
    belt = line(canvas.y - top - np.float32(0.12), 0.03) * dice.between(0, 0.6)
    return Drawing(legs * (1 - between), 1 - belt)


def _dress(canvas: Canvas, dice: Dice) -> Drawing:
    top, bottom = dice.between(-0.98, -0.85), dice.between(0.8, 1.0)
    shoulder, waist = dice.between(0.22, 0.4), dice.between(0.18, 0.34)
    body = trunk(canvas, top, bottom, (shoulder, waist, waist + dice.between(0.0, 0.42)))
    hole = neck_hole(
        canvas, top, dice.between(0.12, 0.24), dice.between(0.1, 0.35), dice.chance(0.4)
    )
    sleeve = dice.between(0.25, 1.0) * dice.chance(0.55)
    hand = (shoulder + np.float32(0.08) + sleeve * np.float32(0.14), top + np.float32(0.2) + sleeve)
    arm = (shoulder - np.float32(0.08), top + np.float32(0.12))
    arms = limb(canvas.mirrored, canvas.y, arm, hand, (0.12, 0.09)) * (sleeve > 0)
    belt = line(canvas.y - dice.between(-0.2, 0.1), 0.04) * dice.chance(0.4)
    return Drawing(union(body, arms) * (1 - hole), 1 - belt * dice.between(0.2, 0.7))


def _bag(canvas: Canvas, dice: Dice) -> Drawing:
    top, bottom = dice.between(-0.4, 0.0), dice.between(0.55, 0.9)
    width = dice.between(0.55, 0.92)
    body = trunk(canvas, top, bottom, (width * dice.between(0.75, 1), width, width))
    grip, rise = width * dice.between(0.35, 0.8), dice.between(0.25, 0.75)
    across, up = canvas.x / grip, np.minimum(canvas.y - top, 0) / rise
    ring = np.abs(np.sqrt(across * across + up * up) - 1) * np.minimum(grip, rise)
    handle = fill(dice.between(0.04, 0.09) - ring) * (canvas.y < top + np.float32(0.05))
    flap = line(canvas.y - top - dice.between(0.15, 0.4), 0.03) * dice.chance(0.6)
    clasp = fill(np.float32(0.1) - union(canvas.mirrored, np.abs(canvas.y - top - 0.3)))
    marks = union(flap * dice.between(0.2, 0.6), clasp * dice.chance(0.5) * np.float32(0.6))
    return Drawing(union(body, handle * dice.chance(0.85)), 1 - marks)


def _shoe(canvas: Canvas, dice: Dice, instep: Array, ankle: Array, sole: Array) -> Array:
    """Coverage of a closed shoe seen from the side, its toe to the left."""
    share = np.clip((canvas.x + np.float32(0.92)) / np.float32(1.2), 0, 1)
    toe = dice.between(0.24, 0.38)
    # The cap rises steeply and then levels off; from there the instep climbs to the shaft.
    cap = np.sqrt(np.clip(share * 4, 0, 1))
    height = toe * cap + share * share * (instep - toe)
    height = np.where(canvas.x > dice.between(-0.05, 0.25), np.maximum(height, ankle), height)
    back = dice.between(0.78, 0.88) + (sole - canvas.y) * dice.between(-0.08, 0.08)
    ends = np.minimum(canvas.x + np.float32(0.92), back - canvas.x)
    return fill(np.minimum(np.minimum(canvas.y - sole + height, sole - canvas.y), ends))


def _sneaker(canvas: Canvas, dice: Dice) -> Drawing:
    sole = dice.between(0.25, 0.5)
    shoe = _shoe(canvas, dice, dice.between(0.45, 0.65), dice.between(0.45, 0.8), sole)
    rim = line(canvas.y - sole + np.float32(0.07), 0.06) * dice.between(-0.7, 0.7)
    slant = canvas.x + canvas.y * dice.between(-1, 1) - dice.between(-0.1, 0.5)
    stripe = line(slant, 0.06) * dice.chance(0.6) * dice.between(-0.4, 0.7)
    laces = wave((canvas.x + canvas.y) * np.float32(3.2)) * line(canvas.x + np.float32(0.2), 0.2)
    return Drawing(shoe, 1 - rim - stripe - laces * dice.chance(0.6) * dice.between(0.2, 0.5))


def _ankle_boot(canvas: Canvas, dice: Dice) -> Drawing:
    sole = dice.between(0.5, 0.8)
    boot = _shoe(canvas, dice, dice.between(0.5, 0.8), dice.between(0.75, 1.5), sole)
    heel = np.minimum(canvas.x - dice.between(0.3, 0.55), np.float32(0.84) - canvas.x)
    heel = np.minimum(heel, sole + dice.between(0.0, 0.25) - canvas.y)
    heel = fill(np.minimum(heel, canvas.y - sole + np.float32(0.1)))
    seam = line(canvas.x - dice.between(0.3, 0.6), 0.03) * dice.chance(0.4)
    rim = line(canvas.y - sole + np.float32(0.05), 0.04) * dice.chance(0.5)
    return Drawing(union(boot, heel), 1 - union(seam, rim) * dice.between(0.2, 0.6))


def _sandal(canvas: Canvas, dice: Dice) -> Drawing:
    sole, heel, thick = dice.between(0.3, 0.6), dice.between(0.0, 0.55), dice.between(0.06, 0.11)
    back, ankle = sole - heel, sole - heel - dice.between(0.35, 0.65)

    def strap(start: Point, end: Point, chance: float) -> Array:
        width = dice.between(0.05, 0.11)
        return limb(canvas.x, canvas.y, start, end, (width, width)) * dice.chance(chance)

    top = (dice.between(0.1, 0.35), ankle + dice.between(-0.05, 0.15))
    knuckle = (dice.between(-0.5, -0.3), sole - dice.between(0.25, 0.42))
    parts = (
        limb(canvas.x, canvas.y, (-0.85, sole), (-0.15, sole), (thick, thick)),
        limb(canvas.x, canvas.y, (-0.15, sole), (0.75, back), (thick, thick)),
        limb(canvas.x, canvas.y, (0.75, back), (0.7, sole), (thick, thick)) * (heel > 0.15),
        strap((dice.between(-0.8, -0.65), sole), knuckle, 0.95),
        strap((dice.between(-0.2, 0.0), sole), knuckle, 0.95),
        strap((0.72, back), (0.76, ankle), 0.85),
        strap((0.76, ankle), top, 0.85),
        strap(knuckle, top, 0.6),
        strap((dice.between(0.1, 0.3), (sole + back) / 2), top, 0.5),
    )
    return Drawing(union(*parts), np.ones_like(canvas.x))


# In the order of the labels 0…9.
DRAWERS: tuple[Callable[[Canvas, Dice], Drawing], ...] = (
    _t_shirt,
    _trouser,
    _pullover,
    _dress,
    _coat,
    _sandal,
    _shirt,
    _sneaker,
    _bag,
    _ankle_boot,
)


def draw_class(label: int, dice: Dice) -> NDArray[np.uint8]:
    """Draw a batch of garments of one class, uint8 (n, 28, 28)."""
    canvas = pose(dice, shift=0.22, turn=0.22)
    coverage, tone = DRAWERS[label](canvas, dice)
    base = dice.between(70, 235)
    image = base * np.clip(tone, 0.12, None) * np.clip(fabric(canvas, dice), 0.15, None) * coverage
    return np.clip(image, 0, 255).astype(np.uint8)
