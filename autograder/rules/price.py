"""What lateness costs."""

import math
from decimal import Decimal

from autograder.points import exact, hundredths
from autograder.rules.rules_file import LateRules, Rules

_DAY = 86_400


def percent_off(rules: LateRules, seconds_late: float) -> float:
    """How many percent of what was earned lateness costs.

    Nothing within the grace; after it every day that has begun since the due date, up to the cap.
    """
    if seconds_late <= rules.grace_minutes * 60:
        return 0.0
    if rules.zero_after_days is not None and seconds_late > rules.zero_after_days * _DAY:
        return 100.0
    return min(rules.cap_percent, math.ceil(seconds_late / _DAY) * rules.percent_per_day)


def points_off(
    rules: Rules, student: str, assignment: str, score: float, seconds_late: float
) -> float:
    """How many points lateness costs, to the hundredth of a point."""
    if rules.excused(student, assignment):
        return 0.0
    percent = Decimal(str(percent_off(rules.late, seconds_late)))
    return float(hundredths(exact(score) * percent / 100))
