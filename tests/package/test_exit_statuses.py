"""Every command's exit status and last line are those of the table in docs/operator.md."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from support.contract import POINTS
from support.graded_class import give, new_class
from support.lms_imports import Account, canvas_template
from typer.testing import CliRunner

import autograder.cli
import course.cli
from autograder.folders import CourseFolder
from autograder.gradebook.late_rules import rules_path
from autograder.gradebook.people_lists import write_roster
from autograder.gradebook.roster import People, Person
from course.counted import counted
from course.errors import CourseError

PAGE = Path(__file__).parents[2] / "docs" / "operator.md"
APPS = {"autograder": autograder.cli.app, "course": course.cli.app}
TOO_LONG = {"course doctor", "autograder doctor"}
"""They import TensorFlow, or prove the sandbox and run the reference solutions."""


@dataclass(frozen=True)
class Row:
    """What the table says of a command."""

    last_lines: list[str]
    statuses: set[int]
    others: list[str]


def rows() -> dict[str, Row]:
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [one.strip() for one in line.strip("|").split(" | ")]
        if re.match(r"`(autograder|course) [a-z-]+`$", cells[0]) and len(cells) == 3:
            statuses = {0, *map(int, re.findall(r"(?:^|; )(\d+):", cells[2]))}
            found[cells[0].strip("`")] = Row(quoted(cells[1]), statuses, quoted(cells[2]))
    return found


def quoted(text: str) -> list[str]:
    return [one[0] or one[1] for one in re.findall(r"``(.+?)``(?!`)|`([^`]+)`", text)]


def fits(template: str, line: str) -> bool:
    """Whether a line is the template's; of one thing the noun stands in the singular."""
    pattern = ".*".join(map(re.escape, template.split("…")))
    return re.fullmatch(re.sub(r"(\.\*\\ \w+)s\b", r"\1s?", pattern), line) is not None


def last_line(program: str, *arguments: object) -> tuple[int, str]:
    """The exit status and the last line; a CourseError as the command's entry point shows it."""
    result = CliRunner().invoke(APPS[program], [str(one) for one in arguments])
    if isinstance(result.exception, CourseError | OSError):
        return 2, f"Error: {result.exception}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output.rstrip("\n").rpartition("\n")[2].strip()


@pytest.fixture(scope="module")
def scene(registered: Path, course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with marks, an empty one, a learner's folder, and files to hand to commands."""
    root = tmp_path_factory.mktemp("scene")
    folder = new_class(registered, root / "class")
    for student in ("ada", "ben"):
        give(folder, student, "reshape", POINTS["reshape"])
    write_roster(folder, People([Person("ada", login="ada"), Person("ben", login="ben")]))
    rules_path(folder.root).write_text("[due]\nreshape = 2026-11-01T23:00:00Z\n")
    both = [Account("1", login="ada", name="A"), Account("2", login="ben", name="B")]
    (root / "both.csv").write_text(canvas_template(both, {"reshape (7)": "10"}))
    (root / "one.csv").write_text(canvas_template(both[:1], {"reshape (7)": "10"}))
    with zipfile.ZipFile(root / "good.zip", "w") as archive:
        archive.write(course.release("reshape"), "reshape/reshape.ipynb")
    (root / "bad.zip").write_bytes(b"no zip")
    for name in ("asked", "linked"):
        asked = root / name / "submitted" / "ada" / "reshape"
        asked.mkdir(parents=True)
        (asked / "regrade.md").write_text("look")
    (asked / "regrade.md").unlink()
    (asked / "regrade.md").symlink_to(PAGE)
    (root / "people.csv").write_text("name,login\nAda,ada\nGood,good\n")
    return root


# The verb and its arguments, the exit status, the start of what is printed last.
CASES = [
    ("autograder new averages --course @/stats", 0),
    ("autograder new ../x --course @/stats", 2),
    ("autograder build reshape --check", 0),
    ("autograder build nonsense", 2),
    ("autograder collect @/good.zip --student ada --roster @/people.csv --class @/collected", 0),
    ("autograder collect @/good.zip @/bad.zip --roster @/people.csv --class @/again", 3),
    ("autograder collect @/none.zip --class @/empty", 2),
    ("autograder grade --class @/empty", 2),
    ("autograder late --class @/class", 0),
    ("autograder late --class @/empty", 2),
    ("autograder formgrader --class @/empty", 2),
    ("autograder regrade-requests --class @/class", 0),
    ("autograder regrade-requests reshape --class @/asked", 0),
    ("autograder regrade-requests --class @/linked", 3),
    ("autograder regrade-requests --class @/asked --handled ada", 2),
    ("autograder feedback --class @/empty", 2),
    ("autograder report --class @/class", 0),
    ("autograder report --class @/class --to @/missing/report.html", 2),
    ("autograder similarity reshape --class @/class", 0),
    ("autograder similarity --class @/empty", 2),
    ("autograder improve --class @/empty", 2),
    ("autograder export --class @/class", 0),
    ("autograder export reshape --class @/class --format canvas --template @/both.csv", 0),
    ("autograder export reshape --class @/class --format canvas --template @/one.csv", 3),
    ("autograder export --class @/empty", 2),
    ("autograder export --class @/class --to @/missing/marks.csv", 2),
    ("autograder gift @/quiz.gift", 0),
    ("autograder gift @/quiz.gift --quiz @/none.md", 2),
    ("autograder gift @/missing/quiz.gift", 2),
    ("autograder demo --class @", 2),
    ("autograder solutions nonsense", 2),
    ("course lab @/convpool --no-start", 0),
    ("course lab @/bad.zip --no-start", 2),
    ("course status", 0),
    ("course hint", 0),
    ("course hint nonsense", 2),
    ("course check nonsense", 2),
    ("course check lesson", 2),
    ("course reset reshape", 0),
    ("course reset nonsense", 2),
    ("course submit --no-check", 0),
    ("course quiz --html @/quiz.html", 0),
    ("course quiz --html @/missing/quiz.html", 2),
    ("course quiz --topic nonsense", 2),
    ("course data --limit 0", 2),
]


@pytest.mark.parametrize(("command", "status"), CASES, ids=[case[0] for case in CASES])
def test_a_command_ends_as_the_table_says(
    scene: Path, course: CourseFolder, monkeypatch: pytest.MonkeyPatch, command: str, status: int
) -> None:
    monkeypatch.setenv("COURSE_STATE_DIR", str(scene / "state"))
    monkeypatch.chdir(course.root)
    program, verb, *arguments = command.replace("@", str(scene)).split()
    if program == "course" and verb in ("status", "reset", "submit"):
        last_line("course", "lab", scene / "convpool", "--no-start")
    row = rows()[f"{program} {verb}"]

    got, line = last_line(program, verb, *arguments)

    assert got == status and status in row.statuses, line
    if status == 2:
        assert line.startswith("Error: ")
    else:
        templates = row.others if status else row.last_lines
        assert any(fits(one, line) for one in templates), (line, templates)


def test_a_file_in_a_folder_that_is_missing_is_an_error_with_the_command_that_makes_it(
    scene: Path, course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    folder = scene / "a missing folder"
    commands = {
        "marks.csv": ("autograder", "export", "--class", scene / "class", "--to"),
        "report.html": ("autograder", "report", "--class", scene / "class", "--to"),
        "quiz.gift": ("autograder", "gift"),
        "quiz.html": ("course", "quiz", "--html"),
    }

    said = {name: last_line(*command, folder / name) for name, command in commands.items()}

    assert said == {
        name: (
            2,
            f"Error: {folder / name} can't be written: there is no folder {folder}. "
            f"Correct its name, or run `mkdir -p '{folder}'`; then run this again.",
        )
        for name in commands
    }
    assert not folder.exists()


def test_every_verb_has_a_row_and_every_row_a_case() -> None:
    verbs = {
        f"{program} {name}"
        for program, app in APPS.items()
        for name in typer.main.get_command(app).commands  # type: ignore[attr-defined]
    }
    assert set(rows()) == verbs
    assert {" ".join(case[0].split()[:2]) for case in CASES} == verbs - TOO_LONG


@pytest.mark.parametrize("count", [0, 1, 2, 1200, 0.5, 1.0])
def test_a_number_stands_with_its_noun(count: float) -> None:
    nouns = {0: "0 marks", 1: "1 mark", 2: "2 marks", 1200: "1,200 marks", 0.5: "0.5 marks"}
    assert counted(count, "mark") == nouns[count]
    assert counted(count, "penalty", "penalties").endswith("penalty") is (count == 1)
