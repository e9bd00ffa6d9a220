"""From the LMS's download to the LMS's upload: every mark arrives at its student, to the cent."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.contract import POINTS
from support.graded_class import give, new_class
from support.lms_archives import (
    canvas_name,
    gradescope_export,
    marked,
    moodle_folder,
    notebook_bytes,
    sources,
    write_zip,
)

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.late_rules import apply_rules
from autograder.gradebook.marks import ClassMarks
from autograder.gradebook.reader import read_class
from autograder.gradebook.rules_file import rules_path
from autograder.lms.collecting import CollectOptions, collect
from autograder.lms.exports import canvas_csv, class_json, moodle_csv, questions_csv
from autograder.sandbox import Sandbox

WRONG = """
# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
"""
DUE = datetime(2026, 11, 1, 23, 0, tzinfo=UTC)
RULES = """\
[due]
reshape = 2026-11-01T23:00:00
[late]
percent_per_day = 10
cap_percent = 50
"""


@dataclass(frozen=True)
class Student:
    """Someone in the class: the name in the LMS, their points, and how late they are."""

    number: int
    first: str
    last: str
    scores: tuple[float, float] | None
    days_late: int = 0

    @property
    def mail(self) -> str:
        return f"m{self.number}@example.org"

    @property
    def sortable(self) -> str:
        return f"{self.last}, {self.first}" if self.last else self.first

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}".strip()

    def expected(self, system: str) -> Decimal | None:
        """The mark in exact decimals: a tenth of what was earned goes with each begun day.

        Canvas says who is late, not by how much; there everyone was collected on the first day.
        """
        if self.scores is None:
            return None
        earned = sum(map(Decimal, map(str, self.scores)), Decimal(0))
        tenths = min(1 if system == "canvas" else 5, self.days_late)
        off = (earned * tenths / 10).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        return (earned - off).quantize(Decimal("0.01"), "ROUND_HALF_UP")


CLASS = (
    Student(101, "Ada", "Lovelace", (4, 6)),
    Student(102, 'Renée "Bob"', "O'Neil, Jr.", (3.33, 6), days_late=1),
    Student(103, "=cmd(), 😀", "", (1.15, 2.3), days_late=3),
    Student(104, "דנה", "כהן", (0, 0)),
    Student(105, "Norma", "Nobody", None),
    Student(106, "+SUM(A1)", "@evil", (2.675, 0), days_late=9),
    Student(107, "雷", "李", (0.005, 1)),
    Student(108, "Ada", "Lovelace-Byron", (4, 0)),
    Student(109, "محمد", "الخوارزمي", (3.99, 5.99), days_late=2),
)


def quoted(*cells: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


class Download:
    """What one system hands out for the class: an archive, and a list of people."""

    def __init__(self, folder: Path, work: bytes) -> None:
        self.folder, self.work = folder, work

    def notebook(self, student: Student, attempt: str = "last") -> bytes:
        return marked(self.work, f"{student.number} {attempt}")

    def canvas(self) -> tuple[Path, Path]:
        members = {}
        for at, student in enumerate(one for one in CLASS if one.scores):
            late = bool(student.days_late)
            for file, attempt in ((900 + at, "first"), (1900 + at, "last")):
                own = "reshape.ipynb" if attempt == "first" else "reshape-1.ipynb"
                name = canvas_name(student.sortable, student.number, file, own, late)
                members[name] = self.notebook(student, attempt)
        roster = quoted("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Reshape (77)")
        roster += quoted("    Points Possible", "", "", "", "", "10")
        for one in CLASS:
            roster += quoted(one.sortable, str(one.number), f"s{one.number}", one.mail, "A", "")
        return self._write(members, roster)

    def moodle(self) -> tuple[Path, Path]:
        members, rows = {}, ""
        for student in CLASS:
            number = 7000 + student.number  # a participant's number holds for one assignment
            when = "-"
            if student.scores:
                time = DUE + timedelta(days=student.days_late, hours=-1)
                when = time.strftime("%A, %d %B %Y, %I:%M %p")
                folder = moodle_folder(student.full, number, old=number % 2 == 0)
                members[f"{folder}/reshape.ipynb"] = self.notebook(student)
            rows += quoted(
                f"Participant {number}", student.full, student.mail, f"s{student.number}", "", when
            )
        head = ("Identifier", "Full name", "Email address", "ID number", "Grade")
        return self._write(members, quoted(*head, "Last modified (submission)") + rows)

    def gradescope(self) -> tuple[Path, Path]:
        submissions = {}
        for student in (one for one in CLASS if one.scores):
            person = {"name": student.full, "sid": f"s{student.number}", "email": student.mail}
            time = DUE + timedelta(days=student.days_late, hours=-1)
            created = time.strftime("%Y-%m-%d %H:%M:%S.%f000 Z")
            files = {"reshape.ipynb": self.notebook(student)}
            submissions[5000 + student.number] = ([person], created, files)
        roster = quoted("First Name", "Last Name", "SID", "Email", "Role")
        for one in CLASS:
            roster += quoted(one.first, one.last, f"s{one.number}", one.mail, "Student")
        return self._write(gradescope_export(31, submissions), roster)

    def _write(self, members: dict[str, bytes], roster: str) -> tuple[Path, Path]:
        people = self.folder / "people.csv"
        people.write_text(roster, encoding="utf-8")
        return write_zip(self.folder / "download.zip", members), people


def stand_in_grading(folder: ClassFolder) -> None:
    """Give every collected notebook the points of the student whose mark is inside it.

    So a notebook in the wrong folder, or an attempt that does not count, gives a wrong mark.
    """
    points = {one.number: one.scores for one in CLASS}
    for path in folder.submitted.glob("*/reshape/reshape.ipynb"):
        number, attempt = json.loads(path.read_text())["metadata"]["attempt"].split()
        scores = points[int(number)] if attempt == "last" else (4.0, 6.0)
        give(
            folder,
            path.parts[-3],
            "reshape",
            dict(zip(POINTS["reshape"], scores or (), strict=True)),
        )


def exported(folder: ClassFolder) -> ClassMarks:
    return read_class(folder, ["reshape"])


def expected_by(key: str, system: str) -> dict[str, str]:
    """The marks to find on the other side, exactly as text; empty for who handed in nothing."""
    marks = {getattr(one, key): one.expected(system) for one in CLASS}
    return {str(key): "" if mark is None else f"{mark}" for key, mark in marks.items()}


def cents(text: str) -> str:
    return f"{Decimal(text):.2f}" if text else ""


@pytest.fixture(scope="module")
def work(course: CourseFolder) -> bytes:
    return notebook_bytes(course)


@pytest.fixture(params=["canvas", "moodle", "gradescope"])
def trip(
    request: pytest.FixtureRequest,
    course: CourseFolder,
    registered: Path,
    tmp_path: Path,
    work: bytes,
) -> tuple[str, ClassFolder, Path]:
    """A class that came in from one system and was graded, with late penalties."""
    folder = new_class(registered, tmp_path / "class")
    rules_path(folder.root).write_text(RULES)
    archive, people = getattr(Download(tmp_path, work), request.param)()
    # Canvas says late but not by how much; here everyone late is collected at one time.
    now = DUE + timedelta(hours=20)
    for _ in range(2):  # collecting twice is collecting once
        done = collect(
            folder,
            [archive],
            sources(course, "reshape", "pooling"),
            CollectOptions(rosters=(people,)),
            now,
        )
        assert not [row for row in done.rows if row.status == "refused"]
        assert [row.status for row in done.rows if row.student.startswith("m105")] == ["missing"]
    stand_in_grading(folder)
    apply_rules(folder)
    return request.param, folder, people


def test_marks_come_back_to_canvas_to_the_cent(trip: tuple[str, ClassFolder, Path]) -> None:
    system, folder, people = trip
    template = people if system == "canvas" else None

    text = canvas_csv(exported(folder), template, {"reshape": "Reshape"})

    header, possible, *rows = list(csv.reader(io.StringIO(text, newline="")))
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header[5:] == ["Reshape (77)" if system == "canvas" else "Reshape"]
    assert possible[0].strip() == "Points Possible" and possible[5] == "10"
    assert len(rows) == len(CLASS) and {len(row) for row in rows} == {6}
    if system == "canvas":
        assert {row[1]: cents(row[5]) for row in rows} == expected_by("number", system)
    else:
        found = {row[0].removeprefix("'"): cents(row[5]) for row in rows}
        assert found == expected_by("full", system)
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def test_marks_come_back_to_moodle_to_the_cent(trip: tuple[str, ClassFolder, Path]) -> None:
    system, folder, _ = trip

    rows = list(csv.DictReader(io.StringIO(moodle_csv(exported(folder)), newline="")))

    mail = "Username" if system == "canvas" else "Email address"
    assert {row[mail]: cents(row["reshape"]) for row in rows} == expected_by("mail", system)
    assert {row["ID number"] for row in rows} == {f"s{one.number}" for one in CLASS}


def test_questions_and_json_add_up_to_the_same(trip: tuple[str, ClassFolder, Path]) -> None:
    system, folder, _ = trip
    marks = exported(folder)

    data = json.loads(class_json(marks))
    rows = list(csv.DictReader(io.StringIO(questions_csv(marks), newline="")))

    by_number = {one["student"][1:4]: one for one in data["students"]}
    for student in CLASS:
        submissions = by_number[str(student.number)]["submissions"]
        if student.scores is None:
            assert submissions == {}
            continue
        one = submissions["reshape"]
        assert f"{one['final']:.2f}" == expected_by("number", system)[str(student.number)]
        given = dict(zip(POINTS["reshape"], student.scores, strict=True))
        assert {name: q["score"] for name, q in one["questions"].items()} == given
        own = [row for row in rows if row["student"] == by_number[str(student.number)]["student"]]
        late = sum(Decimal(row["score"]) for row in own if row["question"] == "(late)")
        assert float(late) == -one["late_penalty"]
        assert len(own) == 2 + bool(late)
    names = {row["name"] for row in rows}
    assert any(name.startswith("'=cmd(), 😀") for name in names)


def test_a_missing_submission_is_a_zero_only_on_request(
    trip: tuple[str, ClassFolder, Path],
) -> None:
    _, folder, _ = trip
    for zero, expected in ((False, ""), (True, "0")):
        text = moodle_csv(exported(folder), missing_zero=zero)
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["reshape"] for row in rows if row["ID number"] == "s105"] == [expected]


@pytest.mark.slow
def test_a_real_class_comes_in_is_graded_in_the_sandbox_and_goes_out(
    course: CourseFolder, tmp_path: Path, sandbox: Sandbox
) -> None:
    wrong = notebook_bytes(course, answers=WRONG)
    members = {
        canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): notebook_bytes(course),
        canvas_name("=cmd(), 😀", 103, 2, "reshape.ipynb", late=True): wrong,
        canvas_name("כהן, דנה", 104, 3, "reshape.ipynb"): b"{ broken",
    }
    archive = write_zip(tmp_path / "submissions.zip", members)
    roster = tmp_path / "gradebook.csv"
    roster.write_text(
        quoted("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "reshape (77)")
        + "".join(quoted(one.sortable, str(one.number), "", one.mail, "", "") for one in CLASS[:5]),
        encoding="utf-8",
    )
    folder = ClassFolder(tmp_path / "class")
    places = ["--class", str(folder.root), "--course", str(course.root)]
    for arguments in (
        ["collect", str(archive), "--roster", str(roster), "--received", "2026-11-02T20:00:00"],
        ["late", "--init"],
        ["grade", "reshape"],
        [
            "export",
            "--format",
            "canvas",
            "--template",
            str(roster),
            "--to",
            str(tmp_path / "up.csv"),
        ],
    ):
        status, said = invoke_autograder(*arguments, *places)
        # One of the notebooks can't be read.
        assert status == (3 if arguments[0] == "grade" else 0), (arguments, said)
        if arguments[0] == "late":
            rules_path(folder.root).write_text(RULES)

    rows = list(csv.reader(io.StringIO((tmp_path / "up.csv").read_text(), newline="")))

    # 4 of 10 points, a day late: a tenth is taken off.
    marks = {row[1]: row[5] for row in rows[2:]}
    assert marks == {"101": "10", "102": "", "103": "3.6", "104": "0", "105": ""}
