"""The trusted worker's own bounds: memory, processor time for each gap, and what the kernel ends.

The worker reads and checks what a student's process sent. Sizes are checked before anything is
converted; these bounds hold where such a check is missing. A worker that is stopped has written the
verdicts of the gaps before.
"""

import contextlib
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY_BYTES = 2 << 30
"""The worker's private memory. Keras and the lesson's network take 0.5 GiB of it."""

GAP_SECONDS = 60.0
"""Processor time for the checks of one gap, beside the student's own process."""

GRACE_SECONDS = 30.0
"""After this time more, the kernel ends the worker: it is in one long computation of a library."""

OOM_PREFERENCE = 900
"""Students' processes have 1000, the grader 0. The kernel ends the largest of a submission's."""


class OverBudget(Exception):
    """The checks of a gap took too much of the worker's processor time."""

    check_message = "checking what it gave back took too long and was stopped"
    status = "timeout"


_bounded = False
_over: list[OverBudget] = []


def bound_this_process() -> None:
    """Apply the bounds to this worker; only soft limits, since its children have limits of theirs.

    Must be called in the main thread.
    """
    global _bounded
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    with contextlib.suppress(OSError):  # raising it further is allowed to everybody
        Path("/proc/self/oom_score_adj").write_text(str(OOM_PREFERENCE))
    signal.signal(signal.SIGVTALRM, _over_budget)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _bounded = True


def _over_budget(number: int, frame: Any) -> None:
    _over.append(OverBudget())
    raise _over[-1]


def over_budget() -> OverBudget | None:
    """Return the error that was raised in this gap's budget, which a test may have caught."""
    return _over[-1] if _over else None


@contextlib.contextmanager
def gap_budget() -> Iterator[None]:
    """Raise OverBudget in the block once it has used the processor time of a gap.

    Does nothing in a process that `bound_this_process` has not bound, such as a test's.
    """
    if not _bounded:
        yield
        return
    _over.clear()
    signal.setitimer(signal.ITIMER_VIRTUAL, GAP_SECONDS)
    signal.setitimer(signal.ITIMER_PROF, GAP_SECONDS + GRACE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
