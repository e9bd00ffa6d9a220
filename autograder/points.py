"""Points as decimals: what is stored as a binary number is rounded the way people do."""

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def exact(score: float) -> Decimal:
    """A mark without the noise of a binary number: 1.15 + 2.3 is 3.45, not 3.4499…"""
    return Decimal(repr(round(float(score), 9)))


def hundredths(score: Decimal) -> Decimal:
    """Round half up to the hundredth of a point."""
    return score.quantize(_CENT, ROUND_HALF_UP)


def final_points(score: Decimal, penalty: float) -> Decimal:
    """What counts once lateness is paid for: to the hundredth, and never below nothing."""
    return max(Decimal(0), hundredths(score - exact(penalty)))


def points_text(score: Decimal) -> str:
    """Write points with a decimal point and no more digits than needed: 7.5, 10, 0.33."""
    text = f"{hundredths(score):f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"
