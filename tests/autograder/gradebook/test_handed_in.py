"""A submission has one time, whichever command asks, and what may be wrong with it is said."""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from nbgrader.utils import parse_utc
from support.commands import invoke_autograder
from support.contract import POINTS
from support.graded_class import give, new_class

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.handed_in import handed_in, parse_timestamp
from autograder.gradebook.late_rules import apply_rules, late_notices
from autograder.gradebook.ledger import Taken, write_ledger
from autograder.gradebook.nbgrader_quirks import without_its_warnings
from autograder.gradebook.reader import read_class
from autograder.gradebook.rules_file import rules_path
from course.errors import GradingError

DUE = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
LATE = DUE + timedelta(days=1, hours=1)
RULES = """\
[due]
reshape = 2026-11-01T23:59:00
[late]
percent_per_day = 20
"""
STAMP = "2026-11-03 00:59:00.000000 UTC"
EARLY = "2026-10-30 12:00:00.000000 UTC"
NOTEBOOK = b"{}"


@dataclass(frozen=True)
class Case:
    """One student: what collect kept, what lies beside the notebook, and what that is worth."""

    penalty: float
    source: str
    stamp: str | None = None
    time: datetime | None = None
    """The LMS's time."""
    late: bool | None = None
    collected: bytes | None = None
    """What collect took; None where it took nothing."""
    note: str = ""


CASES = {
    "nbgraders-time": Case(4.0, "timestamp.txt", STAMP),
    "nbgrader-in-time": Case(0.0, "timestamp.txt", EARLY),
    "nobodys-time": Case(0.0, ""),
    "the-lms": Case(4.0, "gradescope", time=LATE, collected=NOTEBOOK),
    "the-lms-again": Case(4.0, "gradescope", STAMP, time=LATE, collected=NOTEBOOK),
    "forged-beside-it": Case(
        4.0, "gradescope", EARLY, time=LATE, collected=NOTEBOOK, note="the LMS's time counts"
    ),
    "in-time-says-the-lms": Case(0.0, "gradescope", STAMP, late=False, collected=NOTEBOOK),
    "the-lms-knows-none": Case(4.0, "timestamp.txt", STAMP, collected=NOTEBOOK),
    "replaced": Case(
        0.0, "timestamp.txt", EARLY, time=LATE, collected=b"old", note="not the notebook that was"
    ),
    "replaced-and-late": Case(
        4.0, "timestamp.txt", STAMP, late=False, collected=b"old", note="not the notebook that was"
    ),
}
BROKEN = {
    "empty": ("", "timestamp.txt is no time"),
    "words": ("1970-01-01 00:00:00 UTC; score=10", "timestamp.txt is no time"),
    "a-clock": ("12:00", "timestamp.txt is no time"),
    "a-day": ("7", "timestamp.txt is no time"),
    "before-all-time": ("0001-01-01 00:00:00 +1400", "timestamp.txt is no time"),
    "too-long": (STAMP + " " * 100, "larger than 100 bytes"),
    "not-utf-8": ("\udcff", "timestamp.txt is no time"),
}


def hand_in(folder: ClassFolder, student: str, stamp: str | None) -> None:
    place = folder.submission(student, "reshape")
    place.mkdir(parents=True)
    (place / "reshape.ipynb").write_bytes(NOTEBOOK)
    if stamp is not None:
        (place / "timestamp.txt").write_bytes(stamp.encode("utf-8", "surrogateescape"))
    give(folder, student, "reshape", POINTS["reshape"])


@pytest.fixture
def folder(registered: Path, tmp_path: Path) -> ClassFolder:
    """A class with a student for each case, all with ten points."""
    found = new_class(registered, tmp_path / "class")
    ledger = {}
    for student, case in CASES.items():
        hand_in(found, student, case.stamp)
        if case.collected is not None:
            digest, time = sha256(case.collected).hexdigest(), case.time
            taken = Taken(student, "reshape", digest, "gradescope", "", "", "", case.late)
            taken.time = time.isoformat() if time else ""
            ledger[student, "reshape"] = taken
    write_ledger(found, ledger)
    rules_path(found.root).write_text(RULES)
    return found


def penalties(folder: ClassFolder) -> dict[str, float]:
    return {one.student: float(one.penalty) for one in read_class(folder).submissions.values()}


def by_nbgrader(course: CourseFolder, folder: ClassFolder) -> None:
    """Run nbgrader's own `autograde`, all but the step that runs notebooks."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    from autograder.nbgrader_plugins.configuration import class_config

    config = class_config(course.root, folder.root)
    config.CourseDirectory.assignment_id = "reshape"
    config.Autograde.sanitize_preprocessors = []
    with without_its_warnings():
        Autograde(coursedir=CourseDirectory(config=config), config=config).start()


def test_both_commands_take_off_the_same(folder: ClassFolder, course: CourseFolder) -> None:
    other = ClassFolder(folder.root.with_name("other"))
    shutil.copytree(folder.root, other.root)

    rows = {row.student: row for row in apply_rules(folder)}
    by_nbgrader(course, other)

    expected = {student: case.penalty for student, case in CASES.items()}
    assert penalties(folder) == expected
    assert penalties(other) == expected
    assert {student: row.source for student, row in rows.items()} == {
        student: case.source for student, case in CASES.items()
    }
    for student, case in CASES.items():
        assert case.note in rows[student].doubt
        assert bool(case.note) == bool(rows[student].doubt)


def test_each_command_leaves_the_other_nothing_to_change(
    folder: ClassFolder, course: CourseFolder
) -> None:
    by_nbgrader(course, folder)
    assert [row for row in apply_rules(folder) if row.before != row.after] == []


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_is_no_time_makes_nobody_late_and_is_named(
    registered: Path, tmp_path: Path, case: str, course: CourseFolder
) -> None:
    stamp, words = BROKEN[case]
    folder = new_class(registered, tmp_path / "class")
    hand_in(folder, "eve", stamp)
    rules_path(folder.root).write_text(RULES)

    (row,) = apply_rules(folder)

    assert (row.seconds_late, row.after, row.source) == (0, 0, "")
    assert words in row.doubt
    assert late_notices(folder, [row])[0] == f"eve, reshape: {row.doubt}."
    by_nbgrader(course, folder)
    assert penalties(folder) == {"eve": 0.0}


def test_a_link_is_not_followed(registered: Path, tmp_path: Path) -> None:
    folder = new_class(registered, tmp_path / "class")
    hand_in(folder, "eve", None)
    (tmp_path / "early.txt").write_text(EARLY)
    stamp = folder.submission("eve", "reshape") / "timestamp.txt"
    stamp.symlink_to(tmp_path / "early.txt")

    when = handed_in(folder, {}, "eve", "reshape")

    assert (when.time, when.note) == (None, "timestamp.txt is a link, not a regular file")


READ = {
    "nbgrader's": "2026-11-03 00:59:00.000000 UTC",
    "zip_collect's": "2026-11-03 00:59:00",
    "a zone": "2026-11-03 01:59:00 CET",
    "an area": "2026-11-03 01:59:00 Europe/Berlin",
    "an offset": "2026-11-03 01:59:00.000000 +0100",
    "an offset behind": "2026-11-02 23:59:00 -01:00",
    "hours alone": "2026-11-03 05:59:00.000000 +05",
    "hours alone behind": "2026-11-02 21:59:00-03",
    "ISO 8601": "2026-11-03T00:59:00Z\n",
    "ISO 8601, hours alone": "2026-11-03T05:59:00+05",
    "ISO 8601, half an hour": "2026-11-03T06:29:00+05:30",
    "ISO 8601, without a colon": "2026-11-03T06:29:00+0530",
    "another format": "03 Nov 2026 00:59:00 UTC",
    "half of a day": "2026-11-03 12:59 AM",
    "a month by its name": "Nov 3, 2026 12:59 AM",
    "a zone that nobody knows": "2026-11-03 00:59:00 XYZT",
}


@pytest.mark.parametrize("text", READ.values(), ids=list(READ))
def test_a_time_is_read_in_its_zone(text: str) -> None:
    when = parse_timestamp(text)
    assert when.time == LATE
    assert ("XYZT" in when.note) == ("XYZT" in text)


@pytest.mark.parametrize("case", [case for case in READ if case.startswith("ISO 8601")])
def test_a_time_of_iso_8601_is_read_as_nbgrader_reads_it(case: str) -> None:
    assert parse_timestamp(READ[case]).time == parse_utc(READ[case].strip()).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ["+24", "+99:00", "-2400"])
def test_a_day_ahead_is_no_zone(zone: str) -> None:
    when = parse_timestamp(f"2026-11-03T00:59:00{zone}")

    assert (when.time, when.note) == (None, "timestamp.txt is no time")


@pytest.mark.parametrize(
    "zone",
    ["../../../etc/localtime", "/etc/localtime", "/etc/passwd", "Europe", "../Europe/Berlin"],
)
def test_a_zone_is_a_name_and_leads_to_no_file(zone: str) -> None:
    when = parse_timestamp(f"2026-11-03 00:59:00 {zone}")

    assert when.time == LATE
    assert when.note == f"the time zone {zone!r} in timestamp.txt is not known; it is read as UTC"


@pytest.mark.parametrize(
    "text", ["11/03/2026 2:00 PM", "03.11.2026 14:00", "14:00 2026", "Nov 2026 14:00"]
)
def test_a_day_that_is_not_certain_is_no_time(text: str) -> None:
    when = parse_timestamp(text)

    assert (when.time, when.note) == (None, "timestamp.txt names no certain day")


def test_the_command_says_which_times_a_student_can_write(
    folder: ClassFolder, course: CourseFolder
) -> None:
    _, said = invoke_autograder("late", "--class", str(folder.root), "--course", str(course.root))
    text = " ".join(said.split())
    assert "5 submissions with a time from timestamp.txt, which a student can write." in text
    assert "1 submission with no known time: in time." in text


def test_a_time_that_only_the_gradebook_has_is_said(folder: ClassFolder) -> None:
    apply_rules(folder)
    (folder.submission("nbgraders-time", "reshape") / "timestamp.txt").unlink()

    rows = {row.student: row for row in apply_rules(folder)}

    assert rows["nbgraders-time"].after == 4
    assert any("only the gradebook has" in line for line in late_notices(folder, rows.values()))


EXTENSIONS = {
    "nobody yet": ('student = "forged-beside"\ndays = 2', "Did you mean 'forged-beside-it'?"),
    "before the due date": ('student = "the-lms"\nuntil = 2025-11-05', "ends before the due date"),
    "some effect": ('student = "the-lms"\nuntil = 2026-11-05', ""),
}


@pytest.mark.parametrize("case", EXTENSIONS)
def test_an_extension_without_effect_is_said(folder: ClassFolder, case: str) -> None:
    block, words = EXTENSIONS[case]
    rules_path(folder.root).write_text(f"{RULES}[[extension]]\n{block}\n")

    lines = [line for line in late_notices(folder, []) if "extension of" in line]

    assert [words in line for line in lines] == ([True] if words else [])


def test_a_roster_makes_a_misspelt_student_an_error(
    folder: ClassFolder, course: CourseFolder
) -> None:
    (folder.root / "roster.csv").write_text("student,name\nada,Ada\n")
    rules_path(folder.root).write_text(f'{RULES}[[extension]]\nstudent = "adda"\ndays = 2\n')

    status, said = invoke_autograder(
        "late", "--class", str(folder.root), "--course", str(course.root)
    )

    assert status == 2
    assert "rules.toml, line 6: no student of this class is called 'adda'" in said
    assert "Did you mean 'ada'?" in said


def test_a_misspelt_assignment_is_an_error_of_each_command(
    folder: ClassFolder, course: CourseFolder
) -> None:
    rules_path(folder.root).write_text(RULES.replace("reshape", "reshap"))
    words = "line 2: there is no assignment 'reshap'. Did you mean 'reshape'?"

    status, said = invoke_autograder(
        "late", "--class", str(folder.root), "--course", str(course.root)
    )
    with pytest.raises(SystemExit, match=re.escape(words)):
        by_nbgrader(course, folder)

    assert status == 2
    assert words in said
    assert not (folder.autograded / "the-lms").exists()


def test_rules_behind_a_link_that_leads_nowhere_are_an_error_of_each_command(
    folder: ClassFolder, course: CourseFolder
) -> None:
    path = rules_path(folder.root)
    path.unlink()
    path.symlink_to(folder.root / "unplugged.toml")
    words = f"{path} is a link to {folder.root}/unplugged.toml, which can't be opened. Restore"

    status, said = invoke_autograder(
        "late", "--class", str(folder.root), "--course", str(course.root)
    )
    with pytest.raises(SystemExit, match=re.escape(words)):
        by_nbgrader(course, folder)
    with pytest.raises(GradingError, match=re.escape(words)):
        apply_rules(folder)

    assert status == 2
    assert words in said
    assert not (folder.autograded / "the-lms").exists()
