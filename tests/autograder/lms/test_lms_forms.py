"""Each system's download is read in its own form; no file of any archive is without a row."""

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import invoke_autograder
from support.lms_archives import (
    blackboard_files,
    brightspace_folder,
    canvas_name,
    ilias_export,
    marked,
    moodle_folder,
    notebook_bytes,
    sakai_export,
    sources,
    tarred,
    write_zip,
    zipped_in,
)

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.people_lists import read_roster
from autograder.gradebook.roster import People, Person
from autograder.lms import collecting
from autograder.lms.collecting import Collected, CollectOptions, collect
from autograder.lms.forms import NamePattern, UnusablePattern, blackboard
from autograder.lms.name_encoding import encoding_of
from autograder.lms.reader import Reader
from course.errors import GradingError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = """\
student_id,name,email,login,canvas id,id number,group,github_username
ada,Ada Lovelace,ada@example.org,ada,101,s-1,Team Rot,ada-l
ben,Ben Bitdiddle,ben@example.org,ben_b,102,s-2,Team Rot,bitdiddle
dana,דנה כהן,dana@example.org,dana,103,s-3,Team Blau,dana
jose,José Núñez,jose@example.org,jose,104,s-4,,jose
"""


class KeptReader(Reader):
    """A reader whose process serves all tests of this module: to start it takes a second."""

    def __exit__(self, *_: object) -> None:
        pass

    def stop(self) -> None:
        super().__exit__()


@pytest.fixture(scope="module")
def reader(course: CourseFolder) -> Iterator[KeptReader]:
    reader = KeptReader(sources(course, "reshape"))
    yield reader
    reader.stop()


class Instructor:
    """A class folder, and what an instructor collects into it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = ClassFolder(folder / "class"), folder

    def collect(self, *paths: Path, roster: str = PEOPLE, **options: object) -> Collected:
        lists: tuple[Path, ...] = ()
        if roster:
            lists = (self.place / "list.csv",)
            lists[0].write_text(roster, encoding="utf-8")
        chosen = CollectOptions(rosters=lists, **options)  # type: ignore[arg-type]
        return collect(self.folder, list(paths), {}, chosen, NOW)

    def zip(self, name: str, members: Mapping[str, bytes]) -> Path:
        return write_zip(self.place / name, members)

    def unpacked(self, name: str, members: Mapping[str, bytes]) -> Path:
        for member, content in members.items():
            path = self.place / name / member
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return self.place / name

    def taken(self) -> dict[str, bytes]:
        found = self.folder.submitted.glob("*/reshape/reshape.ipynb")
        return {path.parts[-3]: path.read_bytes() for path in found}

    def times(self) -> dict[str, str]:
        return {student: one.time for (student, _), one in read_ledger(self.folder).items()}


@pytest.fixture
def instructor(tmp_path: Path, reader: KeptReader, monkeypatch: pytest.MonkeyPatch) -> Instructor:
    monkeypatch.setattr(collecting, "Reader", lambda *_: reader)
    return Instructor(tmp_path)


@pytest.fixture(scope="module")
def work(course: CourseFolder) -> bytes:
    return notebook_bytes(course)


def reasons(done: Collected) -> list[str]:
    return [row.note for row in done.rows if row.status == "refused"]


def missing(done: Collected) -> set[str]:
    return {row.student for row in done.rows if row.status == "missing"}


@pytest.mark.parametrize("title", ["Homework 1", "HW_1_reshape"])
def test_blackboard_names_the_login_and_the_time(
    instructor: Instructor, work: bytes, title: str
) -> None:
    own = {"reshape.ipynb": work}
    members = {
        **blackboard_files(title, "ada", "2026-11-01-21-15-00", own),
        # A login with an underscore, and an earlier attempt under another name of the file's.
        **blackboard_files(title, "ben_b", "2026-11-02-08-00-00", {"x_ada_1_2_y.ipynb": work}),
        **blackboard_files(title, "ben_b", "2026-11-01-08-00-00", {"a.ipynb": marked(work, "1")}),
        **blackboard_files(title, "dana", "2026-11-02-08-00-00", {}),
    }

    done = instructor.collect(instructor.zip("gradebook_x.zip", members), zone=BERLIN)

    assert instructor.taken() == {"ada": work, "ben": work}
    assert instructor.times()["ada"] == "2026-11-01T20:15:00+00:00"
    # Blackboard's note is no row where a file is; alone it says what was typed.
    assert len(done.ignored) == 3
    assert len(reasons(done)) == 1
    assert "dana" in reasons(done)[0]
    assert missing(done) == {"dana", "jose"}


@pytest.mark.parametrize(
    "time", ["2026-99-99-99-99-99", "2026-13-01-00-00-00", "0001-01-01-00-00-00"]
)
def test_a_name_with_an_impossible_time_is_not_blackboard_s(time: str) -> None:
    assert blackboard(f"lovelaceada_11_1_my_attempt_{time}_reshape.ipynb", BERLIN) == []


def test_a_blackboard_login_that_is_not_certain_is_nobody_s(
    instructor: Instructor, work: bytes
) -> None:
    members = blackboard_files("HW_1", "al_smith", "2026-11-01-21-15-00", {"a.ipynb": work})
    done = instructor.collect(instructor.zip("a.zip", members))

    assert instructor.taken() == {}
    assert "'smith' or 'al_smith'" in reasons(done)[0]


@pytest.mark.parametrize("packed", [True, False])
def test_brightspace_names_the_person_and_the_time(
    instructor: Instructor, work: bytes, packed: bool
) -> None:
    members = {
        "index.html": b"<html>",
        brightspace_folder("Ada Lovelace", "Nov 1, 2026 915 PM", 1) + "/reshape.ipynb": work,
        brightspace_folder("José Núñez", "Nov 2, 2026 1205 AM", 2) + "/a - b.ipynb": work,
    }
    make = instructor.zip if packed else instructor.unpacked
    done = instructor.collect(make("Lab 1 Download.zip", members), zone=BERLIN)

    assert set(instructor.taken()) == {"ada", "jose"}
    assert instructor.times()["ada"] == "2026-11-01T20:15:00+00:00"
    assert instructor.times()["jose"] == "2026-11-01T23:05:00+00:00"
    assert (reasons(done), len(done.ignored)) == ([], 1)


def test_two_numbers_of_brightspace_under_one_name_are_nobody_s(
    instructor: Instructor, work: bytes
) -> None:
    members = {
        brightspace_folder("Ada Lovelace", "Nov 1, 2026 915 PM", at) + "/reshape.ipynb": work
        for at in (1, 2)
    }
    done = instructor.collect(instructor.zip("Lab.zip", members))

    assert instructor.taken() == {}
    assert [
        "Two numbers of Brightspace are called Ada Lovelace" in one for one in reasons(done)
    ] == ([True, True])


def test_a_login_of_ilias_that_may_be_longer_is_told(instructor: Instructor, work: bytes) -> None:
    folders = {
        "Lee_Kim_k_lee_4712": {"reshape.ipynb": work},
        "Bo_Ben_bb_3": {"reshape.ipynb": work},
    }
    done = instructor.collect(
        instructor.zip("Blatt.zip", ilias_export("Blatt", folders, "Abgaben"))
    )

    notes = {row.student: row.note for row in done.rows if row.status == "new"}
    assert "If the login is k_lee, pass a list of logins" in notes["lee"]
    assert "If the login" not in notes["bb"]


@pytest.mark.parametrize("packed", [True, False])
def test_sakai_names_logins_and_writes_the_time_beside_the_files(
    instructor: Instructor, work: bytes, packed: bool
) -> None:
    people = {
        "Lovelace, Ada(ada)": ("2026-11-01T20:15:42.170Z", {"reshape.ipynb": work}),
        # A student's own folder can't tell another time or another person.
        "Núñez, José(jose)": (
            "2026-11-02T08:00:00Z",
            {"Lovelace, Ada(ada)/timestamp.txt": b"2020-01-01T00:00:00Z", "x.ipynb": work},
        ),
    }
    members = sakai_export("Homework 1", people)
    make = instructor.zip if packed else instructor.unpacked
    done = instructor.collect(make("bulk_download.zip", members))

    assert set(instructor.taken()) == {"ada", "jose"}
    assert instructor.times()["ada"] == "2026-11-01T20:15:42.170000+00:00"
    assert instructor.times()["jose"] == "2026-11-02T08:00:00+00:00"
    # The teacher's answer is no attempt of the student's, also where it is a notebook.
    assert reasons(done) == []


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("20261101201542170", "2026-11-01T20:15:42.170000+00:00"),  # before Sakai 12
        ("20261101201542170\n", "2026-11-01T20:15:42.170000+00:00"),
        ("20261301201542170", ""),
        ("202611012015421", ""),
    ],
)
def test_sakai_wrote_times_in_digits_alone(
    instructor: Instructor, work: bytes, written: str, time: str
) -> None:
    members = sakai_export("T", {"Lovelace, Ada(ada)": (written, {"reshape.ipynb": work})})

    instructor.collect(instructor.zip("a.zip", members))

    assert instructor.times() == {"ada": time}


def test_sakai_without_folders_and_with_a_group(instructor: Instructor, work: bytes) -> None:
    group = "Lovelace, Ada(ada); Bitdiddle, Ben(ben_b)"
    alone = {"T/Núñez, José(jose)_Submission attachment(s)_reshape.ipynb": work}
    together = sakai_export("T", {group: ("", {"reshape.ipynb": work})})

    instructor.collect(instructor.zip("a.zip", alone), instructor.zip("b.zip", together))

    assert set(instructor.taken()) == {"jose", "ada", "ben"}


@pytest.mark.parametrize("of", ["Submissions", "Abgaben"])
def test_ilias_names_people_and_teams(instructor: Instructor, work: bytes, of: str) -> None:
    folders = {
        "Nunez_Jose_jose_4711": {"Late Submission - reshape.ipynb": work},
        "Bitdiddle_Ben_ben_b_4712": {"reshape.ipynb": work},
        "Team 12/Lovelace_Ada_ada_4713": {"reshape.ipynb": marked(work, "team")},
    }
    roster = PEOPLE.replace("s-3,Team Blau", "s-3,Team 12").replace("s-1,Team Rot", "s-1,Team 12")

    done = instructor.collect(
        instructor.zip("Blatt 1.zip", ilias_export("Blatt 1", folders, of)), roster=roster
    )

    assert set(instructor.taken()) == {"jose", "ben", "ada", "dana"}
    assert reasons(done) == []
    late = {student: one.late for (student, _), one in read_ledger(instructor.folder).items()}
    assert late == {"jose": True, "ben": False, "ada": False, "dana": False}


def test_github_s_clones_are_known_by_login_and_their_history_is_no_row(
    instructor: Instructor, work: bytes
) -> None:
    folder = instructor.unpacked(
        "hw-1-submissions",
        {
            "hw-1-ada-l/reshape.ipynb": work,
            "hw-1-ada-l/.git/objects/aa/bb": b"x",
            "hw-1-ada-l/README.md": b"x",
            "hw-1-bitdiddle/reshape.ipynb": work,
            "hw-1-team-blau/reshape.ipynb": marked(work, "team"),
            "notes.txt": b"x",
        },
    )
    done = instructor.collect(folder, roster=PEOPLE.replace("Team Blau", "team-blau"))

    assert set(instructor.taken()) == {"ada", "ben", "dana"}
    assert [note.split(":")[0] for note in reasons(done)] == [
        "hw-1-ada-l/README.md",
        "notes.txt",
    ]


def test_nbgrader_s_downloaded_folder_is_read_from_its_archives(
    instructor: Instructor, work: bytes
) -> None:
    archive = instructor.place / "downloaded" / "reshape" / "archive"
    archive.mkdir(parents=True)
    name = canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb")
    write_zip(archive / "submissions.zip", {name: work})
    instructor.unpacked("downloaded/reshape/extracted", {name: work})

    for path in (archive.parent, archive.parent.parent):
        done = instructor.collect(path)

        assert set(instructor.taken()) == {"ada"}
        assert reasons(done) == []


def test_a_folder_called_archive_hides_nothing_beside_it(
    instructor: Instructor, work: bytes
) -> None:
    folder = instructor.unpacked(
        "mailed", {"ada/archive/old.ipynb": work, "jose/reshape.ipynb": work}
    )
    instructor.collect(folder)

    assert set(instructor.taken()) == {"ada", "jose"}


@pytest.mark.parametrize(
    ("pattern", "members"),
    [
        (r"(?P<student_id>[^/]+)/(?P<file_id>.+)", ("ada/x/reshape.ipynb", "jose/a.ipynb")),
        (r"(?P<name>[^_]+)_.*", ("Ada Lovelace_1.ipynb", "José Núñez_2.ipynb")),
        (
            r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>.+)",
            (
                "ps1_ada_attempt_2026-11-01-20-15-00_a.ipynb",
                "ps1_jose_attempt_2026-1-2-3-4_b.ipynb",
            ),
        ),
        (
            r"(?P<first_name>\w+)\.(?P<last_name>\w+)(?P<late>-late)?/.*",
            ("Ada.Lovelace-late/a.ipynb", "José.Núñez/a.ipynb"),
        ),
        (r"group (?P<group>[^/]+)/.*|(?P<email>.*@.*)", ("jose@example.org/a.ipynb",)),
    ],
    ids=["folders", "names", "nbgrader", "halves", "group or mail"],
)
def test_a_pattern_reads_any_other_form(
    instructor: Instructor, work: bytes, pattern: str, members: tuple[str, ...]
) -> None:
    files = dict.fromkeys(members, work) | {"stray.pdf": b"%PDF"}
    if "group" in pattern:
        files["group Team Rot/x.ipynb"] = work
    done = instructor.collect(instructor.zip("inbox.zip", files), pattern=NamePattern(pattern))

    expected = {"ada", "ben", "jose"} if "group" in pattern else {"ada", "jose"}
    assert set(instructor.taken()) == expected
    assert len(reasons(done)) == 1
    assert "stray.pdf" in reasons(done)[0]


def test_a_file_named_so_that_a_greedy_pattern_takes_another_student_is_nobody_s(
    instructor: Instructor, work: bytes
) -> None:
    pattern = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>.+)"
    name = "ps1_jose_attempt_2026-11-01-20-15-00_x_ada_attempt_2026-11-01-20-15-00_y.ipynb"
    done = instructor.collect(instructor.zip("a.zip", {name: work}), pattern=NamePattern(pattern))

    assert instructor.taken() == {}
    assert len(reasons(done)) == 1


@pytest.mark.parametrize("pattern", ["(", "(?P<file_id>.*)", ".*", "(?P<first_name>.*)"])
def test_a_pattern_that_names_nobody_is_an_error(pattern: str) -> None:
    with pytest.raises(UnusablePattern):
        NamePattern(pattern)


@pytest.mark.parametrize("mode", ["gz", "", "bz2", "xz"])
def test_a_tar_is_read_as_a_zip_is(instructor: Instructor, work: bytes, mode: str) -> None:
    inner = tarred({"./x/reshape.ipynb": work}, "gz")
    members = {
        canvas_name("Lovelace, Ada", 101, 1, "reshape.ipynb"): work,
        canvas_name("Núñez, José", 104, 2, "work.tgz"): inner,
        canvas_name("כהן, דנה", 103, 3, "essay.pdf"): b"%PDF",
    }
    path = instructor.place / ("submissions.tar" + (f".{mode}" if mode else ""))
    path.write_bytes(tarred(members, mode))

    done = instructor.collect(path)

    assert instructor.taken() == {"ada": work, "jose": work}
    assert len(reasons(done)) == 1


def test_a_group_s_work_is_every_member_s_in_canvas_and_moodle(
    instructor: Instructor, work: bytes
) -> None:
    canvas = {canvas_name("Team Rot", 102, 1, "reshape.ipynb"): work}
    moodle = {f"{moodle_folder('Team Blau', 55)}/reshape.ipynb": work}
    done = instructor.collect(
        instructor.zip("canvas.zip", canvas), instructor.zip("moodle.zip", moodle)
    )

    assert set(instructor.taken()) == {"ada", "ben", "dana"}
    assert reasons(done) == []


def test_a_group_that_the_one_who_handed_in_is_not_in_gets_nothing(
    instructor: Instructor, work: bytes
) -> None:
    name = canvas_name("Team Rot", 104, 1, "reshape.ipynb")
    done = instructor.collect(instructor.zip("a.zip", {name: work}))

    assert instructor.taken() == {}
    assert "jose is not" in reasons(done)[0]


def test_moodle_s_older_team_names_need_a_list_that_knows_the_team(
    instructor: Instructor, work: bytes
) -> None:
    name = f"{moodle_folder('Team Rot-Ada Lovelace', 4711)}/reshape.ipynb"
    other = f"{moodle_folder('Anna-Ada Lovelace', 4712)}/reshape.ipynb"
    done = instructor.collect(instructor.zip("a.zip", {name: work, other: marked(work, "x")}))

    assert instructor.taken() == {"ada": work}
    assert "in a group Anna" in reasons(done)[0]


WORKSHEET = """\
Identifier,Status,Grade,Last modified (submission)
Participant 7001,Submitted,,"Sunday, November 1, 2026, 9:15 PM"
Participant 7002,Submitted,,-
"""


@pytest.mark.parametrize(
    "worksheet",
    [
        "Identificador,Nome completo,Endereço de email,Status\nParticipante 55,Ada Love,ada@u,\n",
        "Identifier,Imię i nazwisko,Status\nParticipant 55,Ada Love,\n",  # names that are not read
    ],
    ids=["portuguese", "polish"],
)
def test_a_name_in_moodle_s_archive_counts_where_the_worksheet_s_is_not_read(
    instructor: Instructor, work: bytes, worksheet: str
) -> None:
    archive = instructor.zip("m.zip", {"Ada Love_55_assignsubmission_file/reshape.ipynb": work})
    instructor.collect(archive, roster="student_id,name,email\nada,Ada Love,ada@u\n")
    instructor.collect(archive, roster=worksheet)

    assert instructor.taken() == {"ada": work}
    assert [one.student for one in read_roster(instructor.folder).people] == ["ada"]


@pytest.mark.parametrize("handed_in", [("1", "2"), ("2",)], ids=["both", "one"])
def test_participants_of_one_name_without_an_identifier_are_nobody(
    instructor: Instructor, work: bytes, handed_in: tuple[str, ...]
) -> None:
    files = {f"Kim Lee_{one}_assignsubmission_file/reshape.ipynb": work for one in handed_in}
    archive = instructor.zip(
        "m.zip", {**files, "Ada L_3_assignsubmission_file/reshape.ipynb": work}
    )
    names = "Participant 1,Kim Lee,\nParticipant 2,Kim Lee,\nParticipant 3,Ada L,\n"
    done = instructor.collect(archive, roster=f"Identifier,Full name,Status\n{names}")

    assert list(instructor.taken()) == ["Ada-L"]
    assert len(reasons(done)) == len(handed_in)
    told = [row.note for row in done.rows if "several people are called Kim Lee" in row.note]
    assert len(told) == 2


def test_of_two_names_that_differ_in_capitals_the_one_that_is_written_counts(
    instructor: Instructor, work: bytes
) -> None:
    archive = instructor.zip("k.zip", {"reshape.ipynb": work})
    instructor.collect(archive, roster="student_id,name\nAda,X\nada,Y\n", student="ada")

    assert list(instructor.taken()) == ["ada"]


@pytest.mark.parametrize("word", ["Participant", "Teilnehmer/in", "Participante"])
@pytest.mark.parametrize("roster", ["", WORKSHEET], ids=["alone", "worksheet"])
def test_moodle_s_anonymous_submissions_are_taken_under_their_numbers(
    instructor: Instructor, work: bytes, word: str, roster: str
) -> None:
    members = {
        f"{moodle_folder(word, number)}/reshape.ipynb": marked(work, str(number))
        for number in (7001, 7002)
    }
    done = instructor.collect(instructor.zip("a.zip", members), roster=roster)

    assert set(instructor.taken()) == {"participant-7001", "participant-7002"}
    assert instructor.times()["participant-7001"] == ("2026-11-01T21:15:00+00:00" if roster else "")
    assert reasons(done) == []
    # Their numbers are of this assignment only, so nobody misses them in the next one.
    again = instructor.collect(
        instructor.zip("b.zip", {f"{moodle_folder(word, 7003)}/reshape.ipynb": work}), roster=""
    )
    assert missing(again) == set()
    kept = {one.student for one in read_roster(instructor.folder).people}
    assert kept == {"participant-7001", "participant-7002", "participant-7003"}


def test_shift_jis_names_of_a_zip_are_japanese_and_accents_stay_accents(
    instructor: Instructor, work: bytes
) -> None:
    roster = "student_id,name\nyamada,山田 太郎\nhyo,表 ソ\nzoe,Zoë Schöner\n"
    japanese = {
        f"{moodle_folder('山田 太郎', 7001)}/reshape.ipynb": work,
        f"{moodle_folder('表 ソ', 7002)}/課題.ipynb": work,
    }
    western = {f"{moodle_folder('Zoë Schöner', 7003)}/reshape.ipynb": work}
    paths = []
    for name, encoding, members in (("j.zip", "cp932", japanese), ("w.zip", "cp437", western)):
        paths.append(instructor.place / name)
        paths[-1].write_bytes(zipped_in(encoding, members))

    done = instructor.collect(*paths, roster=roster)

    assert set(instructor.taken()) == {"yamada", "hyo", "zoe"}
    assert reasons(done) == []


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp437", "Zoë Schöner"),
        ("cp850", "Ana Simões"),
        ("cp1252", "Zoë Schöner"),
        ("cp932", "山田 太郎"),
        ("gbk", "王 小明"),
        ("big5", "王 小明"),
        ("cp949", "김 철수"),
        ("cp1250", "Łukasz Żółć"),
        ("cp1251", "Анна Ким"),
        ("cp866", "Анна Ким"),
        ("koi8-r", "Анна Ким"),
        ("cp1253", "Ελένη Νίκα"),
        ("cp1255", "דנה כהן"),
    ],
)
def test_names_of_an_old_zip_are_in_the_encoding_that_makes_them_the_class_s(
    instructor: Instructor, work: bytes, encoding: str, name: str
) -> None:
    people = (name, "Ada Lovelace")
    members = {f"{moodle_folder(one, 7001)}/reshape.ipynb": work for one in people}
    path = instructor.place / "old.zip"
    path.write_bytes(zipped_in(encoding, members))

    done = instructor.collect(path, roster=f"student_id,name\nx,{name}\nada,Ada Lovelace\n")

    assert [row.note for row in done.rows if row.status == "not used"] == []
    assert set(instructor.taken()) == {"x", "ada"}
    assert reasons(done) == []


def test_names_in_an_encoding_that_nothing_tells_are_said_and_can_be_decided(
    instructor: Instructor, work: bytes
) -> None:
    members = {f"{moodle_folder('Анна Ким', 7001)}/reshape.ipynb": work}
    path = instructor.place / "old.zip"
    path.write_bytes(zipped_in("cp1251", members))

    first = instructor.collect(path)
    instructor.collect(path, encoding="cp1251")

    (said,) = [row.note for row in first.rows if row.status == "not used"]
    assert said.startswith("old.zip: 1 of its names do not say their encoding")
    assert "--encoding cp932" in said
    assert "Анна Ким" in {one.name for one in read_roster(instructor.folder).people}


@pytest.mark.parametrize("encoding", ["nonsense", "rot13", "hex"])
def test_an_encoding_that_is_none_is_one_line(tmp_path: Path, encoding: str) -> None:
    status, said = invoke_autograder("collect", tmp_path, "--encoding", encoding)

    assert status == 2 and said.startswith(f"There is no encoding '{encoding}'.")


def test_letters_that_two_encodings_give_are_nobody_s_until_they_are_decided() -> None:
    people = People([Person("x", "é é"), Person("y", "Θ Θ")])

    clear = encoding_of(["é é".encode("cp437")], people)
    unclear = encoding_of(["é é".encode("cp1252")], people)  # which cp437 reads as Θ Θ

    assert clear.name == "cp437"
    assert unclear.name == "" and "cp437 or cp1252" in unclear.note


def test_a_name_that_two_systems_may_have_written_is_nobody_s(
    instructor: Instructor, work: bytes
) -> None:
    # In Canvas, Eve calls her file so that alone it looks like Ada's in Blackboard.
    evil = canvas_name("Evil, E", 105, 1, "x_ada_attempt_2026-11-01-21-15-00_y.ipynb")
    honest = {canvas_name("Núñez, José", 104, 2, "reshape.ipynb"): work}
    alone = instructor.collect(instructor.zip("alone.zip", {evil: work}))
    assert instructor.taken() == {}
    assert "blackboard's or canvas's" in reasons(alone)[0]

    instructor.collect(instructor.zip("class.zip", {evil: work, **honest}))
    assert set(instructor.taken()) == {"evile-105", "jose"}


PARTS = st.sampled_from(
    [
        "ada",
        "Lovelace, Ada(ada)",
        "Submission attachment(s)",
        "Team 12",
        "Submissions",
        "hw-submissions",
        "hw-ada-l",
        "archive",
        "index.html",
        "grades.csv",
        "timestamp.txt",
        "a.pdf",
        "reshape.ipynb",
        "Ada Lovelace_7_assignsubmission_file",
        "Ada Lovelace_7_assignsubmission_onlinetext",
        "nunezjose_104_9_reshape.ipynb",
        "HW_ada_attempt_2026-11-01-21-15-00.txt",
        "HW_ada_attempt_2026-11-01-21-15-00_a.ipynb",
        "1-2 - Ada Lovelace - Nov 1, 2026 915 PM",
        "Lovelace_Ada_ada_4711",
        "submission_metadata.yml",
        "assignment_1_export",
        ".git",
        "x",
    ]
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    names=st.lists(PATHS, min_size=1, max_size=6, unique=True),
    kind=st.sampled_from(["zip", "tar", "folder", "pattern"]),
)
def test_no_file_of_an_archive_is_without_a_row(
    instructor: Instructor, work: bytes, names: list[str], kind: str
) -> None:
    names = [one for one in names if not any(other.startswith(f"{one}/") for other in names)]
    files = {name: marked(work, name) for name in names}
    for child in instructor.place.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()
    pattern = NamePattern("(?P<student_id>ada)/.*") if kind == "pattern" else None
    if kind == "folder":
        path = instructor.unpacked("download", files)
    elif kind == "tar":
        path = instructor.place / "download.tar.gz"
        path.write_bytes(tarred(files))
    else:
        path = instructor.zip("download.zip", files)
    try:
        done = instructor.collect(path, pattern=pattern)
    except GradingError as error:
        assert "nothing in" in str(error)
        assert all({".git", "timestamp.txt"} & set(name.split("/")) for name in names)
        return

    told = "\n".join(
        [
            *(row.note for row in done.rows),
            *done.ignored,
            *(one.source for one in read_ledger(instructor.folder).values()),
        ]
    )
    for name in names:
        parts = name.split("/")
        above = ["/".join(parts[: at + 1]) for at in range(len(parts))]
        places = (rf"(?m)(^|: ){re.escape(one)}(: |$)" for one in above)
        assert any(re.search(one, told) for one in places), (name, told)
