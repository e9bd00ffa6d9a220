"""The report's page: everything on it as text, nobody named where names are left out."""

import html
import re
from dataclasses import replace
from datetime import datetime

import pytest
from rich.console import Console
from support.commands import run_command
from support.contract import POINTS
from support.page_material import QUESTION, text_of
from support.pretend_results import PRETEND_ASSIGNMENTS, pretend_class, write

from autograder.build.script import read_source_notebook
from autograder.cli.show_pages import run_report
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.grading.not_graded import NotGraded
from autograder.grading.results import Flag, SubmissionResult
from autograder.pages.quiz_answers import UNREADABLE, chosen, read_questions
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.report_page import Pseudonyms, report_html
from autograder.pages.report.report_tables import items, misconceptions
from course.checks.misconceptions import CATALOGUE
from course.notebook.verdict import Status, Verdict

MADE = datetime(2026, 3, 1, 12, 0)
UGLY = "<script>alert(1)</script>\"'=cmd()"


def material(size: int = 40) -> GradedClass:
    made = pretend_class(size)
    names = {student: f"Person {student[-3:]}" for student in made.ability} | {"absent": "Away"}
    return GradedClass("2026", list(PRETEND_ASSIGNMENTS), names, made.results, questions=[QUESTION])


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(material(), MADE)


def test_a_section_stands_for_everything_that_was_asked_for(page: str) -> None:
    headings = re.findall(r"<h2 id=\"(\w+)\"", page)

    assert headings == [
        "marks",
        "exercises",
        "misconceptions",
        "quiz",
        "times",
        "missing",
        "not_graded",
        "flags",
        "students",
    ]


def test_every_gap_and_every_student_has_a_row(page: str) -> None:
    shown = text_of(page)

    for assignment in PRETEND_ASSIGNMENTS:
        assert assignment in shown
        for gap in POINTS[assignment]:
            assert gap in shown
    for number in range(40):
        assert f"student{number:03d}" in shown
    assert "the channel axis is missing." in shown
    # The quiz was not handed in by every tenth student, nor by the one who came never.
    assert "quiz: 5 of 41" in shown
    assert "reshape: 1 of 41" in shown


def test_a_known_misconception_is_counted_by_name_and_any_other_by_its_message() -> None:
    known = material(6)
    known.results.clear()
    gaps = [
        Verdict("scale_pixels", 0.0, 4.0, "incorrect", "`scale_pixels`: x", "scaled-twice"),
        Verdict("scale_pixels", 0.0, 4.0, "incorrect", "`scale_pixels`: y", "scaled-twice"),
        Verdict("scale_pixels", 0.0, 4.0, "error", "`scale_pixels` raised ValueError: z\nwhere"),
        Verdict("scale_pixels", 0.0, 4.0, "timeout"),
        Verdict("scale_pixels", 4.0, 4.0, "correct"),
        Verdict("scale_pixels", 0.0, 4.0, "not_attempted", "not yet"),
    ]
    for number, gap in enumerate(gaps):
        made = SubmissionResult(f"student{number:03d}", "reshape", "", "pretend", gaps=[gap])
        known.results.append(made)

    rows = misconceptions(known)

    assert [(row["count"], row["id"], row["what"]) for row in rows] == [
        (2, "scaled-twice", CATALOGUE["scaled-twice"].idea),
        (1, "", "`scale_pixels` raised ValueError: z"),
        (1, "", "took too long and was stopped"),
    ]
    assert rows[0]["section"] == "6. The code so far: a dense network"


def test_what_was_not_graded_has_a_row_as_text_and_no_name_where_names_are_left_out() -> None:
    graded = material(12)
    row = NotGraded("absent", "reshape", f"absent/{UGLY}.ipynb", f"Away: {UGLY}", "mv absent x")
    left = [row, NotGraded("", "", "all.zip", "It lies in no student's folder.", "Look at it.")]
    graded = replace(graded, not_graded=left)

    page = report_html(graded, MADE)
    anonymous = report_html(graded, MADE, pseudonyms=Pseudonyms(b"secret", graded.names))

    assert "absent/" + html.escape(UGLY, quote=False)[:20] in page
    assert "<script>alert" not in page
    assert "It lies in no student" in page
    assert not re.search("absent|Away", text_of(anonymous))


def test_a_command_in_a_next_step_is_set_as_code() -> None:
    left = [NotGraded("", "", "a.zip", "It is `a`.", "Run `autograder collect a.zip`.")]

    page = report_html(replace(material(12), not_graded=left), MADE)

    assert "Run <code>autograder collect a.zip</code>." in page
    assert "`" not in page


@pytest.mark.parametrize(
    ("status", "one", "several"),
    [
        ("manual", "1 waits for a person's mark", "2 wait for a person's mark"),
        ("timeout", "1 took too long and was stopped", "2 took too long and were stopped"),
        ("correct", "1 correct", "2 correct"),
    ],
)
def test_what_became_of_several_answers_is_in_the_plural(
    status: Status, one: str, several: str
) -> None:
    graded = material(6)
    graded.results[:] = [
        SubmissionResult(student, "reshape", "", "x", gaps=[Verdict(gap, 0, 1, status)])
        for student, gap in (("a", "first"), ("b", "second"), ("c", "second"))
    ]

    texts = [
        f"{part['count']} {part['words']}"
        for item in items(graded, graded.marks())
        for part in item["parts"]
    ]

    assert texts == [one, several]


def test_the_page_loads_nothing_and_runs_only_its_own_script(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=\"(?!#|data:,)", page)
    assert page.count("<script>") == 1
    assert "style=" not in page


def test_what_students_wrote_is_text() -> None:
    ugly = material(6)
    ugly.results[0].flags.append(Flag(UGLY, UGLY))
    ugly.results[0].gaps[0].status = "incorrect"
    ugly.results[0].gaps[0].message = UGLY
    ugly.names[ugly.results[0].student] = UGLY

    page = report_html(ugly, MADE)

    assert "<script>alert" not in page
    assert text_of(page).count(UGLY) >= 4


def test_without_names_no_name_and_no_id_is_on_the_page() -> None:
    known = material()
    known.results[0].flags.append(Flag("hook", "open('/home/STUDENT001/x') # by Person 002"))
    hidden = Pseudonyms(b"secret", known.names)

    page = report_html(known, MADE, pseudonyms=hidden)

    assert not re.search(r"student\d|person \d|absent\b(?!\.)|away", text_of(page), re.IGNORECASE)
    assert page.count(hidden.name("student007")) >= 1
    assert f"/home/{hidden.name('student001')}/x" in text_of(page)


def test_pseudonyms_stay_the_same_and_need_the_secret() -> None:
    names = {f"student{number}": "" for number in range(300)}
    first, again, other = (Pseudonyms(key, names) for key in (b"a" * 32, b"a" * 32, b"b" * 32))

    assert [first.name(one) for one in names] == [again.name(one) for one in names]
    assert len({first.name(one) for one in names}) == 300
    assert not {first.name(one) for one in names} & {other.name(one) for one in names}


@pytest.mark.parametrize(
    ("source", "letters", "expected"),
    [
        ('q1 = "b"  # write "a" or "b"', True, ["b"]),
        ('q1 = None\nq1 = " B "', True, ["b"]),
        ('q1 = ["a", "c"]', True, ["a", "c"]),
        ('q1 = "c, a"', True, ["a", "c"]),
        ("q1 = None  # write", True, []),
        ("q1 = ...", True, []),
        ("", True, []),
        ('q2 = "b"', True, []),
        ("q1 = chr(97)", True, [UNREADABLE]),
        ("q1 = 'a' if", True, [UNREADABLE]),
        ("q1 = '<script>'", True, [UNREADABLE]),
        ("q1 = 3", True, [UNREADABLE]),
        ("q1 = 3040", False, ["3,040"]),
        ("q1 = 3040.0", False, ["3,040"]),
        ("q1 = -2.5", False, ["-2.5"]),
        ("q1 = True", False, [UNREADABLE]),
        ("q1 = '3040'", False, [UNREADABLE]),
        ("q1 = 26 * 26", False, [UNREADABLE]),
        (f"q1 = {'9' * 5000}", False, [UNREADABLE]),
        (f"q1 = {'-' * 5000}1", False, [UNREADABLE]),
    ],
)
def test_an_answer_is_read_and_never_run(source: str, letters: bool, expected: list[str]) -> None:
    assert chosen(source, "q1", letters) == expected


def test_the_courses_own_quiz_is_read_with_its_key(course: CourseFolder) -> None:
    questions = read_questions(read_source_notebook(course.source("quiz")))

    assert [one.name for one in questions] == [f"q{number}" for number in range(1, 11)]
    for one in questions:
        assert one.key and one.key != UNREADABLE
        assert set(one.key) <= {letter for letter, _ in one.options} or not one.options
        assert "data:" not in one.text


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    return write(pretend_class(12), tmp_path_factory.mktemp("class"))


def test_the_command_writes_the_page_and_counts_who_is_in_the_gradebook(
    course: CourseFolder, class_folder: ClassFolder
) -> None:
    with open_gradebook(class_folder) as gradebook:
        gradebook.add_student("late-comer", first_name="Nova", last_name="Späth")

    path = run_report(
        course, class_folder, [], anonymous=False, to=None, console=Console(quiet=True)
    )

    shown = text_of(path.read_text(encoding="utf-8"))
    assert path == class_folder.root / "report.html"
    assert "13 students known" in shown
    assert "late-comer Nova Späth" in shown
    assert "quiz: 3 of 13" in shown


def test_without_a_result_it_says_what_to_run(course: CourseFolder, tmp_path) -> None:
    said = run_command("autograder", "report", "--class", tmp_path, cwd=course.root)
    assert said.returncode == 2
    assert "autograder grade" in said.stderr
    assert said.stderr.count("\n") == 1
