"""What one student uploads never stops, starves or replaces what another one uploaded."""

import random
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from support.hostile_uploads import hostile_uploads, slow_upload
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
from autograder.gradebook.people_lists import read_roster
from autograder.lms.archive import Bounds
from autograder.lms.collecting import Collected, CollectOptions, Row, collect
from autograder.lms.forms import readings_by_form
from autograder.lms.reader import ReadingLimits

ROSTER = """\
Student,ID,SIS Login ID,Section
"Lovelace, Ada",101,ada,A
"Evil, Eve",105,eve,A
"Wrong, Will",106,will,A
"Zuse, Konrad",999,zuse,A
"""
NOISE = random.Random(1).randbytes(450_000).hex()
SMALL = ReadingLimits(
    memory_bytes=1_000_000_000,
    bounds=Bounds(entries=300, member=2_000_000, nested=8_000_000, total=5_000_000),
)


@dataclass
class Desk:
    """A class folder with a roster, and what lies around it."""

    course: CourseFolder
    root: Path

    def __post_init__(self) -> None:
        self.folder = ClassFolder(self.root / "class")
        self.roster = self.root / "roster-list.csv"
        self.roster.write_text(ROSTER, encoding="utf-8")

    def collect(
        self, *archives: Path, student: str = "", limits: ReadingLimits = SMALL
    ) -> Collected:
        options = CollectOptions(rosters=(self.roster,), student=student, limits=limits)
        return collect(self.folder, list(archives), sources(self.course, "reshape"), options)

    def taken(self) -> dict[str, bytes]:
        found = self.folder.submitted.glob("*/*/*.ipynb")
        return {path.parts[-3]: path.read_bytes() for path in found}

    def people(self) -> set[str]:
        return {one.student for one in read_roster(self.folder).people}

    def outside(self) -> set[str]:
        return {path.name for path in self.root.iterdir()} - {"class", "roster-list.csv"}


@pytest.fixture(scope="module")
def work(course: CourseFolder) -> bytes:
    return notebook_bytes(course)


@pytest.fixture
def desk(course: CourseFolder, tmp_path: Path) -> Desk:
    return Desk(course, tmp_path)


def refused(done: Collected, of: str = "") -> list[Row]:
    return [row for row in done.rows if row.status == "refused" and of in row.note]


def evil_name(number: int, own: str) -> str:
    return canvas_name(f"Evil{number:02}, E", 500 + number, 6000 + number, own)


@pytest.fixture(scope="module")
def whole_class(
    course: CourseFolder, work: bytes, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, Collected]:
    """One download of Canvas with every hostile upload in it, and neighbours at both ends."""
    desk = Desk(course, tmp_path_factory.mktemp("whole"))
    members = {
        canvas_name("Aaron, Wrong", 106, 5000, "essay.pdf"): b"%PDF",
        canvas_name("Lovelace, Ada", 101, 5001, "reshape.ipynb"): work,
        canvas_name("Zuse, Konrad", 999, 5002, "work.zip"): zipped({"x/reshape.ipynb": work}),
    }
    for number, (own, content, _) in enumerate(hostile_uploads(work).values()):
        members[evil_name(number, own)] = content
    archive = write_zip(desk.root / "submissions.zip", dict(sorted(members.items())))
    return desk, desk.collect(archive)


def test_of_a_class_of_hostile_uploads_the_honest_ones_are_collected(
    whole_class: tuple[Desk, Collected], work: bytes
) -> None:
    desk, done = whole_class

    assert desk.taken() == {"ada": work, "zuse": work}
    assert [row.note for row in refused(done, "essay.pdf")]
    assert desk.outside() == {"submissions.zip"}


@pytest.mark.parametrize("kind", hostile_uploads(b"{}"))
def test_every_hostile_upload_has_a_row_with_its_reason(
    whole_class: tuple[Desk, Collected], work: bytes, kind: str
) -> None:
    kinds = hostile_uploads(work)
    own, _, reason = kinds[kind]
    name = evil_name(list(kinds).index(kind), own)

    rows = refused(whole_class[1], name)

    assert rows, kind
    assert reason in rows[-1].note


def brackets() -> str:
    return "[" * 200_000


def laughs() -> str:
    lines = ["a0: &a0 {k: 1, l: 2}"]
    for n in range(1, 40):
        lines.append(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}, *a{n - 1}]}}")
    return "\n".join(lines)


def giant_name() -> str:
    return f"submission_1:\n  :submitters:\n  - :name: '{'x' * 3_000_000}'\n    :email: e@x.org\n"


@pytest.mark.parametrize("text", [brackets, laughs, giant_name])
def test_a_list_of_people_that_breaks_its_parser_stops_no_other_archive(
    desk: Desk, work: bytes, text: object
) -> None:
    assert callable(text)
    members = gradescope_export(1, {1: ([], "", {"reshape.ipynb": marked(work, "evil")})})
    members["assignment_1_export/submission_metadata.yml"] = text().encode()
    bad = write_zip(desk.root / "bad.zip", members)
    good = write_zip(
        desk.root / "good.zip", {canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work}
    )
    limits = ReadingLimits(processor_seconds=3, seconds=60)

    done = desk.collect(bad, good, limits=limits)

    assert desk.taken()["ada"] == work
    assert "ada" not in {row.student for row in refused(done)}
    if text is not giant_name:
        assert [row for row in refused(done) if "submission_metadata.yml" in row.note]
    assert all(len(one.name) <= 300 for one in read_roster(desk.folder).people)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ReadingLimits(processor_seconds=2), "processor time"),
        (ReadingLimits(seconds=2), "took longer than 2 s"),
        (ReadingLimits(output_bytes=2_000), "too many files"),
    ],
)
def test_an_upload_that_takes_too_much_is_stopped_and_the_next_one_is_read(
    desk: Desk, work: bytes, limits: ReadingLimits, reason: str
) -> None:
    members = {
        canvas_name("Aaron, Wrong", 106, 1, "work.zip"): slow_upload(30),
        canvas_name("Lovelace, Ada", 101, 2, "reshape.ipynb"): work,
    }

    done = desk.collect(write_zip(desk.root / "submissions.zip", members), limits=limits)

    assert desk.taken() == {"ada": work}
    assert [row for row in refused(done, "aaronwrong") if reason in row.note]


def test_every_upload_has_all_of_its_budget(desk: Desk, work: bytes) -> None:
    greedy = zipped({f"{n}.ipynb": marked(work, NOISE + str(n)) for n in range(3)})
    members = {evil_name(n, "a.zip"): greedy for n in range(3)}
    members[canvas_name("Lovelace, Ada", 101, 2, "reshape.ipynb")] = work

    done = desk.collect(write_zip(desk.root / "submissions.zip", members))

    assert desk.taken()["ada"] == work
    assert len(desk.taken()) == 4
    assert refused(done) == []


ADAS = {
    "Canvas": canvas_name("Lovelace, Ada", 101, 99_999, "reshape.ipynb"),
    "Canvas, late": canvas_name("Lovelace, Ada", 101, 99_999, "reshape.ipynb", late=True),
    "Canvas in capitals": "LovelaceAda_101_99999_reshape.ipynb",
    "Canvas in wide digits": "lovelaceada_１０１_99999_reshape.ipynb",
    "Canvas in Cyrillic": "lovelаceаdа_101_99999_reshape.ipynb",
    "Canvas, a newcomer": "nobody_777_99999_reshape.ipynb",
    "Canvas, anonymous": "anon_x7Q2b_99999_reshape.ipynb",
    "Canvas, a zip": "lovelaceada_101_99999_reshape.zip",
    "Moodle": f"{moodle_folder('Lovelace, Ada', 1)}/reshape.ipynb",
    "Moodle, flat": f"{moodle_folder('Lovelace, Ada', 1)}_reshape.ipynb",
    "Gradescope": "assignment_1_export/submission_1/reshape.ipynb",
    "a folder": "ada/reshape.ipynb",
    "a zip": "ada-submission.zip",
    "leading out": "../ada/reshape.ipynb",
    "absolute": "/ada/reshape.ipynb",
}


def forged(name: str, evil: bytes) -> dict[str, bytes]:
    """A student's own files, one of them named as if it were Ada's."""
    people = b"submission_1:\n  :submitters:\n  - :name: Lovelace, Ada\n    :sid: ada\n"
    content = zipped({"reshape.ipynb": evil}) if name.endswith(".zip") else evil
    found = {name: content}
    if "submission_1" in name:
        found |= {
            "assignment_1_export/submission_metadata.yml": people,
            "submission_metadata.yml": people,
            "submission_1/reshape.ipynb": evil,
        }
    return found


@pytest.mark.parametrize("form", ADAS)
def test_a_name_inside_a_students_own_upload_says_whose_nothing_is(
    desk: Desk, work: bytes, form: str
) -> None:
    evil = forged(ADAS[form], marked(work, "evil"))
    own = write_zip(desk.root / "eve-submission.zip", evil)
    anywhere = write_zip(desk.root / "convpool-submission.zip", evil)
    mixed = write_zip(desk.root / "work.zip", {**evil, "reshape.ipynb": marked(work, "2")})
    honest = {
        canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work,
        canvas_name("Evil, Eve", 105, 2, "work.zip"): zipped({"in.zip": zipped(evil), **evil}),
        canvas_name("Wrong, Will", 106, 3, "essay.pdf"): b"%PDF",
    }
    desk.collect(write_zip(desk.root / "submissions.zip", honest))
    before = desk.people()
    mails = desk.root / "mails"
    mails.mkdir()
    write_zip(mails / "eve.zip", evil)
    write_zip(mails / "somebody.zip", evil)

    desk.collect(own, anywhere, mixed, mails)
    desk.collect(own, anywhere, mixed, student="eve")

    assert desk.taken()["ada"] == work
    assert set(desk.taken()) <= {"ada", "eve"}
    assert desk.people() == before == {"ada", "eve", "will", "zuse"}
    if form not in ("leading out", "absolute"):
        assert desk.taken()["eve"] != work


def test_a_name_that_is_not_utf_8_on_disk_is_a_row(desk: Desk, work: bytes) -> None:
    folder = desk.root / "unpacked"
    folder.mkdir()
    (folder / canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb")).write_bytes(work)
    bad = bytes(folder) + b"/evil_105_2_\xff\xfe.ipynb"
    Path(bad.decode("utf-8", "surrogateescape")).write_bytes(work)

    done = desk.collect(folder)

    assert desk.taken() == {"ada": work}
    assert "name can't be used" in refused(done)[0].note
    assert refused(done)[0].note.isprintable()


def test_links_in_an_unpacked_upload_lead_nowhere(desk: Desk, work: bytes) -> None:
    folder = desk.root / "mails"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "reshape.ipynb").write_bytes(work)
    (folder / "eve").symlink_to(folder / "ada")
    (folder / "will").mkdir()
    (folder / "will" / "reshape.ipynb").symlink_to(folder / "ada" / "reshape.ipynb")

    done = desk.collect(folder)

    assert desk.taken() == {"ada": work}
    assert len([row for row in refused(done) if "link" in row.note]) == 2


def test_a_worksheet_with_a_giant_field_is_read(desk: Desk, work: bytes) -> None:
    desk.roster.write_text(
        "Identifier,Full name,Email address,Online text\n"
        f'Participant 1,Ada Lovelace,ada@x.org,"{"x" * 400_000}"\n'
        f'Participant 2,Ben {"n" * 400_000},ben@x.org,""\n',
        encoding="utf-8",
    )
    members = {f"{moodle_folder('Ada Lovelace', 1)}/reshape.ipynb": work}

    desk.collect(write_zip(desk.root / "download.zip", members))

    assert desk.taken() == {"ada@x.org": work}
    assert max(len(one.name) for one in read_roster(desk.folder).people) <= 300


def test_what_is_collected_is_a_plain_file_of_the_class(
    whole_class: tuple[Desk, Collected],
) -> None:
    files = list(whole_class[0].folder.submitted.rglob("*"))

    assert {stat.S_IFMT(path.lstat().st_mode) for path in files} == {stat.S_IFREG, stat.S_IFDIR}


NAMELESS = "student_id,name\nada,Ada Lovelace\neve,Eve Evil\njürgen,Jürgen Ö\n"


@pytest.mark.parametrize("roster", [NAMELESS, "student_id,name\neve,Eve Evil\n"])
def test_who_comes_first_under_a_name_of_two_participants_gets_nothing_of_the_other(
    desk: Desk, work: bytes, roster: str
) -> None:
    desk.roster.write_text(roster, encoding="utf-8")
    members = {
        f"{moodle_folder('Ada Lovelace', 1)}/reshape.ipynb": marked(work, "evil"),
        f"{moodle_folder('Ada Lovelace', 2)}/reshape.ipynb": work,
        f"{moodle_folder('Eve Evil', 3)}/reshape.ipynb": work,
    }

    done = desk.collect(write_zip(desk.root / "download.zip", members))

    assert desk.taken() == {"eve": work}
    assert len(refused(done, "Two participants are called Ada Lovelace")) == 2


def test_who_comes_first_under_a_name_of_two_people_in_canvas_gets_nothing_of_the_other(
    desk: Desk, work: bytes
) -> None:
    members = {
        canvas_name("Lovelace, Ada", 77, 1, "reshape.ipynb"): marked(work, "evil"),
        canvas_name("Lovelace, Ada", 101, 2, "reshape.ipynb"): work,
        canvas_name("Evil, Eve", 105, 3, "reshape.ipynb"): work,
    }
    archive = write_zip(desk.root / "submissions.zip", members)
    with_numbers = desk.roster.read_text(encoding="utf-8")
    desk.roster.write_text(NAMELESS, encoding="utf-8")

    done = desk.collect(archive)

    assert desk.taken() == {"eve": work}
    assert len(refused(done, "Two people are called lovelaceada")) == 2

    desk.roster.write_text(with_numbers, encoding="utf-8")
    desk.collect(archive)

    assert desk.taken() == {"eve": work, "ada": work, "lovelaceada-77": marked(work, "evil")}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_folder_is_its_students_in_every_form_of_its_letters(
    desk: Desk, work: bytes, form: Literal["NFC", "NFD"]
) -> None:
    desk.roster.write_text(NAMELESS, encoding="utf-8")
    folder = desk.root / "mails" / unicodedata.normalize(form, "jürgen")
    folder.mkdir(parents=True)
    (folder / "reshape.ipynb").write_bytes(work)

    desk.collect(desk.root / "mails")

    assert desk.taken() == {"jürgen": work}


def test_a_name_with_ten_thousand_readings_has_a_row_at_once(desk: Desk, work: bytes) -> None:
    name = "evileve_105_2_" + "1_" * 30_000
    members = {
        canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work,
        f"{name}.ipynb": marked(work, "evil"),
    }

    assert len(readings_by_form(name)["canvas"]) < 300
    done = desk.collect(write_zip(desk.root / "submissions.zip", members))

    assert desk.taken() == {"ada": work}
    assert refused(done, "name can't be used")


def test_a_name_without_letters_is_not_that_of_another_one(desk: Desk, work: bytes) -> None:
    desk.roster.write_text("student_id,name\nada,♥♥♥\neve,Eve Evil\n", encoding="utf-8")
    members = {f"{moodle_folder('☺☺', 1)}/reshape.ipynb": marked(work, "evil")}

    desk.collect(write_zip(desk.root / "download.zip", members))

    assert "ada" not in desk.taken()
    assert list(desk.taken().values()) == [marked(work, "evil")]
