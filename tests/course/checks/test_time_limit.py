"""A check that does not come to an end is stopped, in the words of `course check`."""

import pytest
from support.watched_kernel import watched_kernel

ENDLESS = """
from course.checks import exercise, time_limit
time_limit.SECONDS = 1
def output_size(size, kernel, stride=1, padding=0):
    while True:
        {body}
try:
    with exercise("output_size") as check:
        check.call(output_size, 5, 3)
except BaseException as error:
    print(type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def kernel():
    with watched_kernel() as started:
        yield started


@pytest.mark.parametrize("body", ["size += 1", "import time; time.sleep(100)"])
def test_an_endless_answer_is_stopped(kernel, body) -> None:
    said = kernel.run(ENDLESS.format(body=body))
    assert "`output_size` was stopped before it came to an end: it took longer than the" in said


def test_after_a_check_nothing_is_stopped_any_more(kernel) -> None:
    kernel.run(ENDLESS.format(body="size += 1"))
    assert "awake" in kernel.run("import time; time.sleep(2.5); print('awake')")


@pytest.mark.timeout(0)  # the timer is pytest's otherwise
def test_without_a_person_the_caller_has_the_limit(monkeypatch) -> None:
    import signal

    from course.checks.time_limit import time_limit

    before = signal.getsignal(signal.SIGALRM)
    with time_limit():
        assert signal.getsignal(signal.SIGALRM) == before
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
