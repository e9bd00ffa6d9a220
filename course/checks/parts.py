"""What is said of an exercise of whose points a part is lost."""

from collections.abc import Sequence

from course.checks.failures import CheckFailed


def all_lost(name: str, lost: Sequence[CheckFailed]) -> CheckFailed:
    """Make one failure of those of the parts; the first one's cause stands for all."""
    failure = type(lost[0])(_joined(lost))
    failure.stopped = lost[0].stopped
    failure.misconception = next((part.misconception for part in lost if part.misconception), "")
    return failure


def some_lost(share: float, lost: Sequence[CheckFailed]) -> str:
    """Say how much of the points is earned, and what went wrong with the rest."""
    return f"{share:.0%} of the points.\n{_joined(lost)}"


def _joined(lost: Sequence[CheckFailed]) -> str:
    """Join the messages, each once and at most three."""
    messages = list(dict.fromkeys(str(part) for part in lost))
    more = [f"… and {len(messages) - 3} more."] if len(messages) > 3 else []
    return "\n".join(messages[:3] + more)
