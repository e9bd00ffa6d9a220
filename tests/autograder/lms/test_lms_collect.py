"""What Canvas, Moodle and Gradescope hand out is taken for the right student, or has a reason."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from nbgrader.utils import parse_utc
from support.commands import invoke_autograder
from support.lms_archives import (
    canvas_name,
    gradescope_export,
    marked,
    moodle_folder,
    notebook_bytes,
    sources,
    write_zip,
    zipped,
)

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.people_lists import read_roster
from autograder.lms.collecting import Collected, CollectOptions, collect
from autograder.pages.leaderboard.scoring_notebook import scoring_source
from course.errors import GradingError
from course.learner.lab import notebooks

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CANVAS_ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section,reshape (901),pooling (902)
    Points Possible,,,,,10,15
"Lovelace, Ada",101,s-1,ada@example.org,A,,
"O'Neil ""Bob"", Renée",102,s-2,renee,A,,
"=cmd(), 😀",103,s-3,emoji,B,,
"כהן, דנה",104,s-4,dana,B,,
"Nobody, Norma",105,s-5,norma,B,,
"""
WORKSHEET = """\
Identifier,Full name,Email address,ID number,Status,Grade,Maximum Grade,Last modified (submission)
Participant 7001,Ada Lovelace,ada@example.org,s-1,In,,10.00,"Sunday, 1 November 2026, 9:15 PM"
Participant 7002,"Renée, ""Bob"" O'Neil",renee@example.org,s-2,Submitted,,10.00,-
Participant 7003,דנה כהן,dana@example.org,s-4,Submitted,,10.00,"Monday, 2 November 2026, 8:00 AM"
Participant 7004,Norma Nobody,norma@example.org,s-5,No submission,,10.00,-
"""


class Instructor:
    """A class folder, and what an instructor does with it."""

    def __init__(self, course: CourseFolder, folder: Path) -> None:
        self.folder, self.place = ClassFolder(folder / "class"), folder
        self.sources = sources(course, "reshape", "pooling")

    def collect(self, *archives: Path, roster: str = "", **options: object) -> Collected:
        rosters: tuple[Path, ...] = ()
        if roster:
            path = self.place / "list.csv"
            path.write_text(roster, encoding="utf-8")
            rosters = (path,)
        chosen = CollectOptions(rosters=rosters, **options)  # type: ignore[arg-type]
        return collect(self.folder, list(archives), self.sources, chosen, NOW)

    def zip(self, name: str, members: dict[str, bytes]) -> Path:
        return write_zip(self.place / name, members)

    def taken(self) -> dict[tuple[str, str], bytes]:
        found = self.folder.submitted.glob("*/*/*.ipynb")
        return {(path.parts[-3], path.parts[-2]): path.read_bytes() for path in found}


@pytest.fixture
def instructor(course: CourseFolder, tmp_path: Path) -> Instructor:
    return Instructor(course, tmp_path)


@pytest.fixture(scope="module")
def work(course: CourseFolder) -> bytes:
    return notebook_bytes(course)


def statuses(done: Collected) -> dict[tuple[str, str], str]:
    return {(row.student, row.assignment): row.status for row in done.rows if row.student}


def reasons(done: Collected) -> list[str]:
    return [row.note for row in done.rows if row.status == "refused"]


def test_canvas_names_lead_to_the_roster_in_any_script(instructor: Instructor, work: bytes) -> None:
    names = ["Lovelace, Ada", 'O\'Neil "Bob", Renée', "=cmd(), 😀", "כהן, דנה"]
    works = {101 + at: marked(work, name) for at, name in enumerate(names)}
    archive = instructor.zip(
        "submissions.zip",
        {
            canvas_name(name, 101 + at, 5000 + at, "my work.ipynb", late=at == 2): works[101 + at]
            for at, name in enumerate(names)
        },
    )

    done = instructor.collect(archive, roster=CANVAS_ROSTER)

    assert instructor.taken() == {
        ("ada@example.org", "reshape"): works[101],
        ("renee", "reshape"): works[102],
        ("emoji", "reshape"): works[103],
        ("dana", "reshape"): works[104],
    }
    assert statuses(done)["norma", "reshape"] == "missing"
    ledger = read_ledger(instructor.folder)
    assert ledger["emoji", "reshape"].late is True
    assert ledger["dana", "reshape"].late is False
    stamp = instructor.folder.submitted / "emoji" / "reshape" / "timestamp.txt"
    assert parse_utc(stamp.read_text().strip()) == NOW.replace(tzinfo=None)
    assert not (instructor.folder.submitted / "dana" / "reshape" / "timestamp.txt").exists()


def test_the_last_canvas_attempt_counts_by_canvas_s_count_not_by_the_students_name_for_it(
    instructor: Instructor, work: bytes
) -> None:
    first, second = marked(work, "first"), marked(work, "second")
    archive = instructor.zip(
        "a.zip",
        {
            canvas_name("Lovelace, Ada", 101, 7002, "reshape-1.ipynb"): second,
            canvas_name("Lovelace, Ada", 101, 7001, "reshape-9.ipynb"): first,
        },
    )

    done = instructor.collect(archive, roster=CANVAS_ROSTER)

    assert instructor.taken() == {("ada@example.org", "reshape"): second}
    assert [row.status for row in done.rows if row.student.startswith("ada")] == ["older", "new"]


def test_a_file_named_like_anothers_submission_is_never_anothers(
    instructor: Instructor, work: bytes
) -> None:
    theirs = canvas_name("Lovelace, Ada", 101, 5000, "reshape.ipynb")
    inner = zipped({f"{moodle_folder('Ada Lovelace', 7001)}/reshape.ipynb": work})
    archive = instructor.zip(
        "a.zip",
        {
            canvas_name("Nobody, Norma", 105, 6000, theirs): marked(work, "evil"),
            canvas_name("כהן, דנה", 104, 6001, "reshape.zip"): inner,
        },
    )

    done = instructor.collect(archive, roster=CANVAS_ROSTER)

    # Norma may have called her file so, or Ada herself: nobody can tell, so nobody gets it.
    assert set(instructor.taken()) == {("dana", "reshape")}
    assert "ada@example.org or norma" in reasons(done)[0]


def test_a_name_that_ends_in_anothers_number_hands_in_for_nobody_else(
    instructor: Instructor, work: bytes
) -> None:
    # Canvas turns `_12_` in a person's name into `12`, but leaves `_101` at its end.
    archive = instructor.zip("a.zip", {"lovelaceada_101_666_5000_reshape.ipynb": work})
    roster = CANVAS_ROSTER + '"Mallory, Max",666,s-6,mallory,B,,\n'

    done = instructor.collect(archive, roster=roster)

    assert instructor.taken() == {}
    assert "ada@example.org or mallory" in reasons(done)[0]


def test_a_number_and_a_name_of_two_people_are_refused(instructor: Instructor, work: bytes) -> None:
    archive = instructor.zip("a.zip", {canvas_name("Nobody, Norma", 101, 1, "reshape.ipynb"): work})

    done = instructor.collect(archive, roster=CANVAS_ROSTER)

    assert instructor.taken() == {}
    assert "its name is not" in reasons(done)[0]


@pytest.mark.parametrize("form", ["folders", "folders before 4", "flat"])
def test_moodle_s_names_and_its_worksheet_say_who_and_when(
    instructor: Instructor, work: bytes, form: str
) -> None:
    people = {7001: "Ada Lovelace", 7002: 'Renée, "Bob" O\'Neil', 7003: "דנה כהן"}
    members = {}
    for number, name in people.items():
        folder = moodle_folder(name, number, old=form == "folders before 4")
        own = "_reshape.ipynb" if form == "flat" else "/reshape.ipynb"
        members[folder + own] = marked(work, name)
    members[f"{people[7001]}_7001_assignsubmission_onlinetext/onlinetext.html"] = b"<p>done</p>"

    done = instructor.collect(
        instructor.zip("course-reshape-99.zip", members),
        roster=WORKSHEET,
        zone=ZoneInfo("Europe/Berlin"),
    )

    assert {student for student, _ in instructor.taken()} == {
        "ada@example.org",
        "renee@example.org",
        "dana@example.org",
    }
    ledger = read_ledger(instructor.folder)
    assert ledger["ada@example.org", "reshape"].time == "2026-11-01T20:15:00+00:00"
    assert ledger["renee@example.org", "reshape"].time == ""
    assert statuses(done)["norma@example.org", "reshape"] == "missing"
    assert len(reasons(done)) == 1
    assert "typed into Moodle" in reasons(done)[0]


def test_two_moodle_participants_of_one_name_need_the_worksheet(
    instructor: Instructor, work: bytes
) -> None:
    members = {
        f"{moodle_folder('Ada Lovelace', number)}/reshape.ipynb": marked(work, str(number))
        for number in (1, 2)
    }

    done = instructor.collect(instructor.zip("a.zip", members))

    assert not instructor.taken()  # the first one's could be taken for the other's
    assert ["worksheet" in reason for reason in reasons(done)] == [True, True]


def test_gradescope_says_who_and_when_also_for_a_group(instructor: Instructor, work: bytes) -> None:
    ada = {"name": "Ada Lovelace", "sid": "s-1", "email": "ada@example.org"}
    dana = {"name": 'דנה, "=cmd()" כהן', "sid": "s-4", "email": "dana@example.org"}
    forged = b"submission_9:\n  :submitters:\n  - :name: Ada\n    :email: ada@example.org\n"
    archive = instructor.zip(
        "assignment_4711_export.zip",
        gradescope_export(
            4711,
            {
                8: ([ada], "2026-11-01 20:15:42.170110000 Z", {"reshape.ipynb": work}),
                9: (
                    [dana],
                    "2026-11-02 08:00:00.000000000 Z",
                    {"reshape.ipynb": marked(work, "x"), "submission_metadata.yml": forged},
                ),
            },
        ),
    )

    instructor.collect(archive)

    assert instructor.taken()["dana@example.org", "reshape"] == marked(work, "x")
    assert instructor.taken()["ada@example.org", "reshape"] == work
    stamp = instructor.folder.submitted / "ada@example.org" / "reshape" / "timestamp.txt"
    assert parse_utc(stamp.read_text().strip()) == datetime(2026, 11, 1, 20, 15, 42, 170110)
    names = {one.student: one.name for one in read_roster(instructor.folder).people}
    assert names["dana@example.org"] == dana["name"]


def test_both_members_of_a_group_get_what_they_handed_in(
    instructor: Instructor, work: bytes
) -> None:
    pair = [{"name": name, "email": f"{name}@example.org"} for name in ("ada", "ben")]
    members = gradescope_export(1, {2: (pair, "2026-11-01 20:15:42 Z", {"reshape.ipynb": work})})

    instructor.collect(instructor.zip("a.zip", members))

    assert {student for student, _ in instructor.taken()} == {"ada@example.org", "ben@example.org"}


def test_the_learners_own_zip_comes_alone_and_inside_others(
    instructor: Instructor, work: bytes, course: CourseFolder
) -> None:
    pooling = notebook_bytes(course, "pooling")
    own = {
        "reshape/reshape.ipynb": work,
        "pooling/pooling.ipynb": pooling,
        "manifest.json": b'{"student": "ada@example.org"}',
    }
    alone = instructor.zip("convpool.zip", own)
    wrapped = instructor.zip(
        "canvas.zip", {canvas_name("כהן, דנה", 104, 1, "convpool.zip"): zipped(own)}
    )

    nobody = instructor.collect(alone, roster=CANVAS_ROSTER)
    instructor.collect(alone, student="norma", received=NOW)
    instructor.collect(wrapped)

    # The manifest is the student's own file: it says nothing of whose work it is.
    assert reasons(nobody)
    assert [reason for reason in reasons(nobody) if "--student" not in reason] == []
    assert instructor.taken() == {
        (student, name): content
        for student in ("norma", "dana")
        for name, content in (("reshape", work), ("pooling", pooling))
    }
    assert read_ledger(instructor.folder)["norma", "pooling"].time == NOW.isoformat()


def test_the_open_exercise_comes_along_and_nobody_misses_it(
    course: CourseFolder, tmp_path: Path, work: bytes
) -> None:
    from rich.console import Console

    from autograder.cli.show_exchange import run_collect
    from course.learner.lab import notebooks

    instructor = Instructor(course, tmp_path)
    own = {
        "reshape/reshape.ipynb": work,
        "improve/improve.ipynb": notebooks()["improve/improve.ipynb"].read_bytes(),
    }
    roster = instructor.place / "list.csv"
    roster.write_text(CANVAS_ROSTER, encoding="utf-8")
    archive = instructor.zip("dana-submission.zip", own)
    console = Console(record=True, width=200)

    run_collect(course, instructor.folder, [archive], CollectOptions(rosters=(roster,)), console)

    assert set(instructor.taken()) == {("dana", "reshape"), ("dana", "improve")}
    said = console.export_text()
    assert "2 new, 4 missing" in said


def test_a_folder_of_folders_or_zips_named_after_students_is_taken(
    instructor: Instructor, work: bytes
) -> None:
    folder = instructor.place / "mailed"
    (folder / "ada@example.org").mkdir(parents=True)
    (folder / "ada@example.org" / "reshape.ipynb").write_bytes(work)
    write_zip(folder / "dana-submission.zip", {"reshape/reshape.ipynb": work})

    done = instructor.collect(folder, roster=CANVAS_ROSTER)

    assert set(instructor.taken()) == {("ada@example.org", "reshape"), ("dana", "reshape")}
    assert reasons(done) == []


def test_collecting_again_changes_nothing_and_an_older_download_replaces_nothing(
    instructor: Instructor, work: bytes
) -> None:
    old = instructor.zip("old.zip", {canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work})
    new = instructor.zip(
        "new.zip", {canvas_name("Lovelace, Ada", 101, 2, "reshape.ipynb"): marked(work, "2")}
    )
    seen = []
    for archive in (old, new, new, old, new):
        done = instructor.collect(archive, roster=CANVAS_ROSTER)
        seen.append(statuses(done)["ada@example.org", "reshape"])

    assert seen == ["new", "updated", "unchanged", "older", "unchanged"]
    assert instructor.taken() == {("ada@example.org", "reshape"): marked(work, "2")}


def test_an_older_moodle_download_without_times_replaces_nothing_either(
    instructor: Instructor, work: bytes
) -> None:
    member = f"{moodle_folder('Ada Lovelace', 7)}/reshape.ipynb"
    old = instructor.zip("old.zip", {member: work})
    new = instructor.zip("new.zip", {member: marked(work, "2")})
    for archive in (old, new, old):
        done = instructor.collect(archive)

    assert statuses(done) == {("Ada-Lovelace", "reshape"): "older"}
    assert instructor.taken() == {("Ada-Lovelace", "reshape"): marked(work, "2")}


def test_what_was_put_there_by_hand_stays_unless_forced(
    instructor: Instructor, work: bytes
) -> None:
    path = instructor.folder.submitted / "dana" / "reshape" / "reshape.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"by hand")
    archive = instructor.zip("a.zip", {canvas_name("כהן, דנה", 104, 1, "reshape.ipynb"): work})

    done = instructor.collect(archive, roster=CANVAS_ROSTER)
    kept = path.read_bytes()
    instructor.collect(archive, force=True)

    assert "--force" in reasons(done)[0]
    assert kept == b"by hand"
    assert path.read_bytes() == work


def test_a_late_canvas_submission_is_late_by_when_it_was_first_collected(
    instructor: Instructor, work: bytes
) -> None:
    name = canvas_name("כהן, דנה", 104, 1, "reshape.ipynb", late=True)
    archive = instructor.zip("a.zip", {name: work})
    instructor.collect(archive, roster=CANVAS_ROSTER)
    again = collect(
        instructor.folder, [archive], instructor.sources, CollectOptions(), NOW.replace(day=30)
    )

    assert statuses(again)["dana", "reshape"] == "unchanged"
    assert read_ledger(instructor.folder)["dana", "reshape"].time == NOW.isoformat()


def test_an_unreadable_notebook_is_taken_so_that_grading_gives_its_reason(
    instructor: Instructor,
) -> None:
    members = {
        canvas_name("Lovelace, Ada", 101, 1, "reshape (2).ipynb"): b"{ not json",
        canvas_name("Nobody, Norma", 105, 2, "Untitled.ipynb"): b"{ not json",
    }

    done = instructor.collect(instructor.zip("a.zip", members), roster=CANVAS_ROSTER)

    assert set(instructor.taken()) == {("ada@example.org", "reshape")}
    assert "assignment can't be recognized" in reasons(done)[0]


def test_an_archive_without_files_says_so(instructor: Instructor) -> None:
    with pytest.raises(GradingError, match="nothing in"):
        instructor.collect(instructor.zip("a.zip", {"__MACOSX/._a.ipynb": b"x"}))


@pytest.mark.parametrize(
    ("own", "content", "reason"),
    [
        ("essay.pdf", b"%PDF", "not a notebook"),
        ("reshape.html", b"<html>", "not a notebook"),
        ("reshape.py", b"pass", "not a notebook"),
        ("reshape.docx", b"PK\x03\x04", "not a notebook"),
        ("work.rar", b"Rar!", "unpack it"),
        ("work.7z", b"7z", "unpack it"),
        ("work.gz", b"gz", "unpack it"),
        ("work.tar.gz", b"gz", "not a tar file"),
        ("data.json", b"{}", "not a notebook"),
        ("notes.yml", b"a: 1", "not a notebook"),
        ("reshape.ipynb.txt", b"", "can't be recognized"),
        ("reshape.json", b'{"cells": 1}', "can't be recognized"),
        ("Untitled.ipynb", b"", "can't be recognized"),
        ("work.zip", b"no zip", "not a zip file"),
        ("zipped.ipynb", b"PK\x03\x04 cut off", "not a zip file"),
    ],
)
def test_every_file_beside_a_good_one_has_a_row(
    instructor: Instructor, work: bytes, own: str, content: bytes, reason: str
) -> None:
    good = canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb")
    other = canvas_name("Nobody, Norma", 105, 2, own)

    done = instructor.collect(
        instructor.zip("a.zip", {good: work, other: content}), roster=CANVAS_ROSTER
    )

    assert set(instructor.taken()) == {("ada@example.org", "reshape")}
    assert len(reasons(done)) == 1
    assert own in reasons(done)[0]
    assert reason in reasons(done)[0]


@pytest.mark.parametrize(
    "own", ["reshape.ipynb.txt", "reshape.json", "x.ipynb.txt", "RESHAPE.IPYNB", "Untitled7.ipynb"]
)
def test_a_notebook_is_known_by_its_cells_whatever_its_ending(
    instructor: Instructor, work: bytes, own: str
) -> None:
    archive = instructor.zip("a.zip", {canvas_name("כהן, דנה", 104, 1, own): work})

    done = instructor.collect(archive, roster=CANVAS_ROSTER)

    assert instructor.taken() == {("dana", "reshape"): work}
    assert reasons(done) == []


def test_a_zip_that_is_named_as_a_notebook_is_opened(instructor: Instructor, work: bytes) -> None:
    packed = zipped({"reshape/reshape.ipynb": work})
    archive = instructor.zip("a.zip", {canvas_name("כהן, דנה", 104, 1, "work.ipynb"): packed})

    instructor.collect(archive, roster=CANVAS_ROSTER)

    assert instructor.taken() == {("dana", "reshape"): work}


REQUEST = b"scale_pixels, please"


def requests(instructor: Instructor) -> dict[tuple[str, str], bytes]:
    found = instructor.folder.submitted.glob("*/*/regrade.md")
    return {(path.parts[-3], path.parts[-2]): path.read_bytes() for path in found}


def test_a_regrade_request_comes_along_with_the_notebook_beside_it(
    instructor: Instructor, work: bytes
) -> None:
    whole = instructor.zip(
        "ada-submission.zip",
        {
            "reshape/reshape.ipynb": work,
            "reshape/Regrade.md": REQUEST,
            "elsewhere/reshape (1).ipynb": marked(work, "another"),
            "README.md": b"hello",
        },
    )

    done = instructor.collect(whole, roster="login\nada\n")

    assert requests(instructor) == {("ada", "reshape"): REQUEST}
    assert statuses(done)["ada", "reshape"] == "request"
    assert [row.note for row in done.rows if row.status == "refused"] == [
        "README.md: It is not a notebook (.ipynb)."
    ]


def test_a_request_among_files_without_folders_is_about_the_senders_only_assignment(
    instructor: Instructor, work: bytes
) -> None:
    names = [canvas_name("Lovelace, Ada", 101, at, own) for at, own in enumerate(["x.ipynb", ""])]
    whole = instructor.zip("submissions.zip", {names[0]: work, names[1] + "regrade-1.md": REQUEST})

    instructor.collect(whole, roster=CANVAS_ROSTER)

    assert requests(instructor) == {(next(iter(instructor.taken()))[0], "reshape"): REQUEST}


def test_a_request_in_a_later_archive_is_taken_and_one_without_a_notebook_is_refused(
    instructor: Instructor, work: bytes
) -> None:
    first = instructor.zip("ada-submission.zip", {"reshape/reshape.ipynb": work})
    instructor.collect(first, roster="login\nada\n")
    later = {"reshape/regrade.md": REQUEST, "pooling/regrade.md": REQUEST, "regrade.md": REQUEST}

    done = instructor.collect(instructor.zip("later.zip", later), student="ada")

    assert requests(instructor) == {("ada", "reshape"): REQUEST}
    assert not (instructor.folder.submitted / "ada" / "pooling").exists()
    assert sorted(row.note for row in done.rows if row.status == "refused") == [
        "pooling/regrade.md: No notebook of pooling was collected, so nothing can be graded again.",
        "regrade.md: Nothing says which assignment it is about: it must lie beside the notebook.",
    ]


def test_what_systems_made_is_no_row_and_is_counted(instructor: Instructor, work: bytes) -> None:
    members = {
        "reshape/reshape.ipynb": work,
        "__MACOSX/reshape/._reshape.ipynb": b"x",
        "Thumbs.db": b"x",
        "manifest.json": b"{}",
    }

    done = instructor.collect(instructor.zip("a.zip", members), student="ada")

    assert [row.status for row in done.rows] == ["refused"]  # nobody knows ada yet
    assert len(done.ignored) == 3


def attempts(instructor: Instructor, *contents: bytes) -> Path:
    """Ada's attempts in Canvas, the last one at the end."""
    members = {
        canvas_name("Lovelace, Ada", 101, 10 + at, f"reshape-{at}.ipynb"): content
        for at, content in enumerate(contents)
    }
    return instructor.zip("a.zip", members)


@pytest.fixture(scope="module")
def blank(course: CourseFolder) -> bytes:
    return course.release("reshape").read_bytes()


@pytest.mark.parametrize("later", ["blank", "cut off", "empty"])
def test_a_later_file_without_work_does_not_replace_one_with_work(
    instructor: Instructor, work: bytes, blank: bytes, later: str
) -> None:
    last = {"blank": blank, "cut off": work[:900], "empty": b""}[later]

    done = instructor.collect(attempts(instructor, work, last), roster=CANVAS_ROSTER)

    rows = [row for row in done.rows if row.student.startswith("ada")]
    assert instructor.taken() == {("ada@example.org", "reshape"): work}
    assert [row.status for row in rows] == ["set aside", "new"]
    assert "reshape-1.ipynb" in rows[0].note
    assert ("blank" if later == "blank" else "can't be read") in rows[0].note
    assert "the last attempt that holds work" in rows[1].note


def test_of_several_attempts_with_work_the_last_one_counts(
    instructor: Instructor, work: bytes, blank: bytes
) -> None:
    second = marked(work, "2")

    instructor.collect(attempts(instructor, work, blank, second, blank), roster=CANVAS_ROSTER)

    assert instructor.taken() == {("ada@example.org", "reshape"): second}


def test_a_blank_notebook_alone_is_taken_and_said(instructor: Instructor, blank: bytes) -> None:
    done = instructor.collect(attempts(instructor, blank), roster=CANVAS_ROSTER)

    row = next(row for row in done.rows if row.student.startswith("ada"))
    assert (row.status, row.note) == ("new", "It is blank: no gap is filled.")


def test_blank_and_done_come_to_the_same_in_two_runs_in_either_order(
    instructor: Instructor, work: bytes, blank: bytes
) -> None:
    first = {canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work}
    second = {canvas_name("Lovelace, Ada", 101, 2, "reshape.ipynb"): blank}
    seen = []
    for name, members in (("2", second), ("1", first), ("2", second), ("1", first)):
        done = instructor.collect(instructor.zip(name + ".zip", members), roster=CANVAS_ROSTER)
        seen.append(statuses(done)["ada@example.org", "reshape"])

    assert seen == ["new", "updated", "set aside", "unchanged"]
    assert instructor.taken() == {("ada@example.org", "reshape"): work}


def test_the_same_file_twice_is_said_to_be_the_same(instructor: Instructor, work: bytes) -> None:
    done = instructor.collect(attempts(instructor, work, work), roster=CANVAS_ROSTER)

    notes = [row.note for row in done.rows if row.status == "older"]
    assert len(notes) == 1
    assert "the same as the file that counts" in notes[0]


@pytest.mark.parametrize("name", ["lesson.ipynb", "practice.ipynb", "further.ipynb"])
def test_a_lesson_is_no_assignment(course: CourseFolder, tmp_path: Path, name: str) -> None:
    instructor = Instructor(course, tmp_path)
    instructor.sources = sources(course, *course.assignments()) | {"improve": scoring_source("")}
    content = notebooks()[name].read_bytes()
    archive = instructor.zip("a.zip", {canvas_name("כהן, דנה", 104, 1, name): content})

    done = instructor.collect(archive, roster=CANVAS_ROSTER)

    assert instructor.taken() == {}
    assert "no exercise of any assignment" in reasons(done)[0]


def test_a_roster_without_people_locks_no_later_command(
    instructor: Instructor, work: bytes
) -> None:
    refused = instructor.zip("a.zip", {"work.pdf": b"%PDF"})
    instructor.collect(refused)
    assert (instructor.folder.root / "roster.csv").is_file()

    assert len(read_roster(instructor.folder).people) == 0
    instructor.collect(
        instructor.zip("b.zip", {canvas_name("כהן, דנה", 104, 1, "reshape.ipynb"): work}),
        roster=CANVAS_ROSTER,
    )
    assert set(instructor.taken()) == {("dana", "reshape")}


@pytest.mark.parametrize("content", ["", "\n", "\ufeff", "student,name\r\n"])
def test_a_roster_that_was_emptied_by_hand_is_nobody(instructor: Instructor, content: str) -> None:
    instructor.folder.root.mkdir(parents=True)
    (instructor.folder.root / "roster.csv").write_text(content, encoding="utf-8")

    assert len(read_roster(instructor.folder).people) == 0
    with pytest.raises(GradingError, match="names no students"):
        instructor.collect(roster=content or " ")


@pytest.mark.parametrize(("members", "expected"), [(("work.pdf",), 3), ((), 0), (("b.rar",), 3)])
def test_the_exit_status_says_whether_a_file_was_refused(
    instructor: Instructor,
    course: CourseFolder,
    work: bytes,
    members: tuple[str, ...],
    expected: int,
) -> None:
    good = {canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work}
    other = {canvas_name("Nobody, Norma", 105, 2, name): b"x" for name in members}
    both = instructor.zip("both.zip", good | other)
    command = ("collect", "--course", course.root, "--class", instructor.folder.root)

    assert invoke_autograder(*command, both)[0] == expected
    if members:
        assert invoke_autograder(*command, instructor.zip("bad.zip", other))[0] == 3


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("../../etc", "etc"),
        ("..", "student"),
        ("con", "con-"),
        ("Ada / Lovelace: 😀", "Ada-Lovelace"),
        ("\u202egnp.exe", "gnp.exe"),
        ("דנה כהן", "דנה-כהן"),
        ("李雷", "李雷"),
        ("=cmd()", "cmd"),
        ("ada+lists@example.org", "ada-lists@example.org"),
    ],
)
def test_any_name_makes_a_folder_that_leads_nowhere_else(name: str, folder: str) -> None:
    from autograder.gradebook.roster import folder_name

    assert folder_name(name) == folder
    assert folder_name(name.upper(), [folder]).casefold() != folder.casefold()


def test_the_roster_s_formulas_sleep_in_the_file_and_come_back_as_they_were(
    instructor: Instructor, work: bytes
) -> None:
    archive = instructor.zip("a.zip", {canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work})
    instructor.collect(archive, roster=CANVAS_ROSTER)

    text = (instructor.folder.root / "roster.csv").read_text(encoding="utf-8")

    assert "'=cmd(), 😀" in text
    people = {one.student: one for one in read_roster(instructor.folder).people}
    assert people["emoji"].name == "=cmd(), 😀"
    assert people["renee"].name == 'O\'Neil "Bob", Renée'


def test_nbgraders_zip_collect_works_and_what_it_collected_is_left_alone(
    course_copy: CourseFolder, tmp_path: Path, work: bytes
) -> None:
    from nbgrader.apps import ZipCollectApp

    from autograder.gradebook.nbgrader_quirks import without_its_warnings

    instructor = Instructor(course_copy, tmp_path)
    archive = course_copy.root / "downloaded" / "reshape" / "archive"
    archive.mkdir(parents=True)
    name = "reshape_ada_attempt_2016-01-30-20-30-10_reshape.ipynb"
    write_zip(archive / "all.zip", {name: work})
    pattern = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"
    with without_its_warnings(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(course_copy.root)
        patch.setenv("CLASS_DIR", str(instructor.folder.root))
        collector = ZipCollectApp()
        collector.initialize(["reshape", f"--FileNameCollectorPlugin.named_regexp={pattern}"])
        collector.start()
    mine = marked(work, "other")
    done = instructor.collect(
        instructor.zip("a.zip", {"x.ipynb": mine}), student="ada", roster="name,login\nA,ada\n"
    )

    assert instructor.taken() == {("ada", "reshape"): work}
    assert "--force" in reasons(done)[0]
