"""Whatever a notebook holds, its page is made in linear time, and no other student's is missing."""

import base64
import csv
import json
import zipfile
from datetime import datetime
from time import process_time

import pytest
from rich.console import Console
from support.growing_text import (
    UNITS,
    cells_of,
    graded,
    grown,
    one_in_three,
    takes_linear_time,
)
from support.page_material import QUESTION, pages_of, result, text_of
from support.pretend_results import PRETEND_ASSIGNMENTS, pretend_class, write

from autograder.cli.show_pages import run_feedback, run_report, run_similarity
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.grades_csv import GradesRow, write_grades
from autograder.grading.results import Flag, result_path, save
from autograder.lms.feedback_zips import pack
from autograder.pages.feedback import feedback_page
from autograder.pages.feedback.assignment import FeedbackAssignment
from autograder.pages.feedback.feedback_page import feedback_html
from autograder.pages.feedback.student_cells import (
    LONGEST_PAGE,
    MOST_CELLS,
    MOST_OUTPUTS,
    student_cells,
)
from autograder.pages.python_tokens import colored, python_tokens
from autograder.pages.quiz_answers import UNREADABLE, chosen
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.item_statistics import MOST_OTHERS, choice_statistics
from autograder.pages.report.report_page import Pseudonyms, report_html
from autograder.pages.similarity import similar_pairs as compare
from autograder.pages.similarity.fingerprints import MOST_PRINTS, fingerprints
from autograder.pages.similarity.similar_pairs import similar_pairs
from course.errors import GradingError

QUIET = Console(quiet=True)


def feedback_of(text: str) -> None:
    """Make the cells of pages with one cell of a kind, and with forty-eight."""
    for number in (1, 48):
        student_cells(graded(cells_of(text, number)).notebook, [])


def prints_of(text: str) -> None:
    """Compare as one cell, as twenty, and as a string that is closed and one that is not."""
    for texts in ([text], cells_of(text, 20), [f"x = '{text[:40_000]}'"], [f"x = '{text}"]):
        fingerprints({f"own-{place}": one for place, one in enumerate(texts)})


def answers_of(text: str) -> None:
    """Read it as the answer to questions of both kinds."""
    for source in (f"q1 = {text}", f"q1 = '{text}'", f"q1 = [{text}]"):
        chosen(source[:50_000], "q1", True)
        chosen(source[:50_000], "q1", False)


@pytest.mark.parametrize("unit", one_in_three(2))
def test_showing_a_students_text_takes_linear_time(unit: str) -> None:
    takes_linear_time(feedback_of, unit, 20_000, seconds=3)


@pytest.mark.parametrize("unit", one_in_three(0))
def test_comparing_a_students_text_takes_linear_time(unit: str) -> None:
    takes_linear_time(prints_of, unit, 20_000, seconds=3)


@pytest.mark.parametrize("unit", one_in_three(1))
def test_reading_an_answer_takes_linear_time(unit: str) -> None:
    takes_linear_time(answers_of, unit, 20_000, seconds=3)


@pytest.mark.slow
@pytest.mark.parametrize("unit", list(UNITS.values())[::6], ids=list(UNITS)[::6])
@pytest.mark.parametrize("work", [feedback_of, prints_of])
def test_the_largest_notebooks_take_linear_time(work, unit: str) -> None:
    takes_linear_time(work, unit, 500_000, seconds=20)


def nested(depth: int) -> str:
    """Write a function of nested loops around many statements."""
    heads = (f"{' ' * level}for i in range({level}):" for level in range(depth))
    body = "\n".join(" " * depth + f"a{n} = b[{n}] * {n}" for n in range(300))
    return "\n".join([*heads, body])


def test_deeply_nested_code_is_compared_in_linear_time() -> None:
    start = process_time()
    for depth in (10, 20, 90):
        fingerprints({"a": nested(depth)})

    assert process_time() - start < 5


@pytest.mark.parametrize(
    ("source", "classes"),
    [
        ("def f(x):  # why\n    return 0x1F + 1.5e-3j", ["k", "nf", "c1", "k", "mi", "mi"]),
        ("class A: a = rb'\\'x' + '''two\nlines'''", ["k", "nc", "s", "s"]),
        ("x = 'open\ny = '''never closed", ["s", "s"]),
        ("x = '\\", ["s"]),
    ],
)
def test_python_is_colored_by_kind(source: str, classes: list[str]) -> None:
    page = colored(source)

    assert [part.partition('"')[0] for part in page.split('<span class="')[1:]] == classes
    assert "".join(text for _, text in python_tokens(source)) == source


def test_a_page_says_what_it_leaves_out() -> None:
    notebook = graded([f"x = {n}" for n in range(MOST_CELLS + 5)]).notebook
    notebook["cells"][0]["outputs"] *= MOST_OUTPUTS + 7

    found = student_cells(notebook, [])

    assert len(found) == MOST_CELLS + 1
    assert found[-1].prose == "… (5 more cells are not shown)"
    assert found[0].outputs[-1].text == "… (7 more outputs are not shown)"


def test_a_page_holds_a_bounded_number_of_characters(reshape: FeedbackAssignment) -> None:
    made = result()
    made.notebook["cells"] += graded(["1 " * 10_000] * 120).notebook["cells"]

    page = feedback_html(made, None, reshape)

    assert len(page) < 20 * LONGEST_PAGE
    assert "more cells are not shown)" in page
    assert "def scale_pixels" in text_of(page)


NUMBERS = [
    "9" * 400,
    "-" + "9" * 400,
    "9" * 5000,
    "0x" + "F" * 40_000,
    "-0x" + "F" * 40_000,
    "0x" + "F" * 4_000 + " + 1j",
    "1e400",
    "-1e400",
    "1e400 - 1e400j",
    "float('nan')",
    "1 / 3",
    "9" * 300 + "/" + "7" * 300,
    "True",
    "10 ** 10 ** 10",
    "-" * 500 + "1",
    "[" * 150 + "]" * 150,
    "{[]}",
    "{**{}}",
    "'\\ud800'",
    "b'a'",
    "...",
    "f'{1}'",
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
@pytest.mark.parametrize("letters", [True, False])
def test_a_number_out_of_all_bounds_is_something_else(number: str, letters: bool) -> None:
    assert chosen(f"q1 = {number}", "q1", letters) in ([UNREADABLE], [])


@pytest.mark.parametrize(
    ("number", "expected"),
    [("0.5", "0.5"), ("243_786", "243,786"), ("9" * 20, "1e+20"), ("1e300", "1e+300")],
)
def test_an_ordinary_number_stays_one(number: str, expected: str) -> None:
    assert chosen(f"q1 = {number}", "q1", False) == [expected]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
def test_any_constant_can_be_compared(number: str) -> None:
    assert fingerprints({"a": f"x = [a + b * c, d - e, {number}]"})


def test_a_question_with_an_answer_for_each_student_has_a_short_table() -> None:
    picked = {f"student{n}": [str(n)] for n in range(2000)}
    start = process_time()

    figures = choice_statistics(picked, dict.fromkeys(picked, 0.5), ["7"])

    assert process_time() - start < 2
    assert len(figures) == 1 + MOST_OTHERS + 1
    assert figures[-1].choice == f"{2000 - 1 - MOST_OTHERS:,} other answers"
    assert sum(one.count for one in figures) == 2000


def test_names_are_replaced_in_linear_time_whatever_the_class() -> None:
    names = {f"maria-{n}": f"Maria Müller {n}" for n in range(3000)}
    hidden = Pseudonyms(b"secret", names)
    text = "maria-7 and MARIA MÜLLER 12, maria-7x, \u017fmaria-7, maria " * 2000
    start = process_time()

    shown = hidden.text(text)

    assert process_time() - start < 4
    assert shown.startswith(f"{hidden.name('maria-7')} and {hidden.name('maria-12')}, maria-7x, ")


@pytest.mark.parametrize("text", ["ıne\u017f", "İNES", "\u212aim", "ines"])
def test_letters_that_are_alike_in_capitals_do_not_end_the_report(text: str) -> None:
    hidden = Pseudonyms(b"secret", {"ines": "", "kim": ""})

    assert hidden.text(f"<{text}>").startswith("<")
    assert "ines" not in hidden.text("Ines") and "kim" not in hidden.text("\u212aim").lower()


def test_a_notebook_has_a_bounded_number_of_fingerprints_and_a_copy_has_the_same() -> None:
    many = "\n".join(f"a{n} = b[{n}] * {n} + c({n}, d) - {n}" for n in range(1500))
    cells = {f"own-{n}": many.replace("(", f"({n}, ") for n in range(4)}

    found, copied = (fingerprints(one) for one in (cells, dict(cells)))

    assert len(found) == MOST_PRINTS
    assert found.keys() == copied.keys()


def test_pairs_beyond_those_listed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "MOST_PAIRS", 3)
    monkeypatch.setattr(compare, "rarity", lambda owners, students: 1.0)
    same = fingerprints({"a": "\n".join(f"a{n} = b[{n}] * {n} + c({n}, d)" for n in range(20))})

    found, more = similar_pairs(dict.fromkeys("abcd", same), {})

    assert (len(found), more) == (3, 3)


HOSTILE = {
    "blanks": "x = '" + " " * 16_000 + "'",
    "open": "x = '" + " " * 16_000,
    "lines": "\n" * 20_000 + "x = 1",
    "number": "q1 = " + "9" * 400,
    "hex": "x = [a + b * c, d - e, 0x" + "F" * 9_000 + "]",
    "escapes": "x = '\x1b[31m\u202e\u2066\x00'  # \x1b]0;title\x07",
    "halves": "x = '\ud800'",
    "deep": "x = " + "[" * 150 + "]" * 150,
    "sum": "x = " + "+".join("1" * 20_000),
}


def hostile_class(folder) -> ClassFolder:
    """Write a class in which every student hands in something else that is odd, and Ada is fair."""
    known = write(pretend_class(12), folder)
    sources = HOSTILE | {"ada": "def f(image):\n    return image[1:] * 2 + len(image) - 3"}
    for student, source in sources.items():
        for assignment in ("reshape", "pooling", "quiz"):
            made = next(one for one in pretend_class(2).results if one.assignment == assignment)
            made.student = student
            made.notebook = graded([source] * 48).notebook
            if assignment == "quiz":
                made.notebook["cells"][0]["id"] = "q1"
            made.flags.append(Flag("hook", "\x1b[31m \u202e =1 \ud800"))
            save(made, result_path(known, student, assignment))
            notebook = known.autograded / student / assignment / f"{assignment}.ipynb"
            notebook.parent.mkdir(parents=True)
            notebook.write_text("{}")
    return known


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    return hostile_class(tmp_path_factory.mktemp("hostile"))


def test_every_page_of_a_hostile_class_is_written(course: CourseFolder, hostile) -> None:
    start = process_time()
    run_feedback(course, hostile, ["reshape", "pooling", "quiz"], QUIET, zipped=True)
    path = run_report(course, hostile, [], anonymous=False, to=None, console=QUIET)
    hidden = run_report(course, hostile, [], anonymous=True, to=None, console=QUIET)
    run_similarity(course, hostile, [], QUIET)
    seconds = process_time() - start

    pages = [*hostile.feedback.glob("*/*/*.html"), path, hidden]
    assert len(pages) == 3 * (len(HOSTILE) + 1) + 2
    for one in pages:
        assert not set(one.read_text(encoding="utf-8")) & set("\x1b\u202e\u2066\x00\ufeff"), one
    assert seconds < 60


def test_a_page_that_cannot_be_made_is_a_row_and_the_others_are_written(
    course: CourseFolder, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hostile_class(tmp_path)
    whole = feedback_page.feedback_html

    def failing(made, *rest):
        if made.student == "deep":
            raise ValueError("\x1b[31mtoo deep")
        return whole(made, *rest)

    monkeypatch.setattr(feedback_page, "feedback_html", failing)
    with pytest.raises(
        GradingError, match=r"1 could not be made: reshape of deep, because ValueError: .*too deep"
    ) as raised:
        run_feedback(course, folder, ["reshape"], QUIET, zipped=True)

    assert "\x1b" not in str(raised.value)
    assert len(list(folder.feedback.glob("*/*/*.html"))) == len(HOSTILE)
    with zipfile.ZipFile(folder.feedback / "reshape-students.zip") as archive:
        assert "ada/reshape-feedback.html" in archive.namelist()


def test_a_notebook_that_cannot_be_compared_is_named_in_the_report(
    course: CourseFolder, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hostile_class(tmp_path)
    whole = compare.fingerprints

    def failing(cells, beside=()):
        if any(HOSTILE["deep"] in source for source in cells.values()):
            raise ValueError("too <deep>")
        return whole(cells, beside)

    monkeypatch.setattr(compare, "fingerprints", failing)
    with pytest.raises(GradingError, match=r"2 could not be compared: .* of deep, because"):
        run_report(course, folder, [], anonymous=False, to=None, console=QUIET)

    shown = (folder.root / "report.html").read_text(encoding="utf-8")
    assert "deep, pooling: ValueError: too &lt;deep&gt;" in shown
    with pytest.raises(GradingError, match="2 could not be compared"):
        run_similarity(course, folder, [], QUIET)


def test_a_large_class_has_a_report_within_seconds() -> None:
    made = pretend_class(200)
    for one in made.results:
        one.flags = [Flag("hook", f"{grown('a<&`[', 100)} {one.student}")] * 40
    names = {student: f"Person {student}" for student in made.ability}
    known = GradedClass(
        "2026", list(PRETEND_ASSIGNMENTS), names, made.results, questions=[QUESTION]
    )
    start = process_time()

    report_html(known, datetime(2026, 3, 1), pseudonyms=Pseudonyms(b"secret", names))

    assert process_time() - start < 40


def zipped(tmp_path, students: list[str], sources: dict[str, tuple[str, str]] | None = None):
    """Pack a page for each student; return what was packed, and the pages by zip and name."""
    folder = ClassFolder(tmp_path)
    for number, student in enumerate(students):
        page = folder.feedback / student / "cnn" / "cnn.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"{number}")
    row = {"assignment": "cnn", "digest": "", "collected": ""}
    rows = [
        row | {"student": student, "system": system, "source": source}
        for student, (system, source) in (sources or {}).items()
    ]
    (tmp_path / "collected.json").write_text(json.dumps(rows))
    packed = pack(folder, pages_of(folder, students, "cnn"))
    content = {}
    for one in packed:
        with zipfile.ZipFile(one.path) as archive:
            names = archive.namelist()
            assert len(names) == len({name.casefold() for name in names})
            content |= {(one.lms, name): int(archive.read(name)) for name in names}
    return packed, content


def test_names_that_would_become_one_get_names_of_their_own(tmp_path) -> None:
    students = ["Ada", "ada", "ada-2", "a*b", "a?b", "Zoë", "Zoe\u0308", "end.", "end-"]

    packed, content = zipped(tmp_path, students)

    folders = {name.partition("/")[0]: students[n] for (_, name), n in content.items()}
    assert len(content) == len(students)
    assert folders["Ada"] == "Ada" and folders["ada-3"] == "ada" and folders["ada-2"] == "ada-2"
    assert len(packed[0].notes) == 4
    assert any("ada/cnn/cnn.html is called ada-3/" in note for note in packed[0].notes)


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        ("con", "con-"),
        ("NUL.txt", "NUL.txt-"),
        ("com¹", "com¹-"),
        ("dots..", "dots--"),
        ("..", "--"),
        ("a\u202eb", "ab"),
        ("a\\..\\b", "a-..-b"),
        ("console", "console"),
    ],
)
def test_a_folder_has_a_name_on_every_system(tmp_path, student: str, expected: str) -> None:
    _, content = zipped(tmp_path, [student])

    assert list(content) == [("students", f"{expected}/cnn-feedback.html")]


def test_two_pages_with_one_name_of_the_lms_are_both_packed(tmp_path) -> None:
    source = ("moodle", "m.zip: Ada L_1_assignsubmission_file_/cnn.ipynb")
    other = ("canvas", "c.zip: ada_2_3_cnn.ipynb")
    sources = {"ada": source, "eve": source, "ben": other, "bob": other}

    packed, content = zipped(tmp_path, list(sources), sources)

    assert content == {
        ("canvas", "ada_2_3_cnn-feedback.html"): 2,
        ("moodle", "Ada L_1_assignsubmission_file_/cnn-feedback.html"): 0,
        ("students", "eve/cnn-feedback.html"): 1,
        ("students", "bob/cnn-feedback.html"): 3,
    }
    notes = [note for one in packed for note in one.notes]
    assert [note.partition(":")[0] for note in notes] == ["cnn of eve", "cnn of bob"]


def test_grades_are_written_clean_whatever_a_student_is_called(tmp_path) -> None:
    rows = [
        GradesRow(student, "cnn", "gap", 1.0, 2.0, "correct", "", "none")
        for student in ("\u202e=cmd()", "\x1b[31m+1", "\ud800", "a\rb", "=1")
    ]

    write_grades(ClassFolder(tmp_path), rows)

    text = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert not set(text) & set("\x1b\u202e\ud800\r")
    students = [row["student"] for row in csv.DictReader(text.splitlines())]
    assert sorted(one for one in students if one[0] == "'") == ["'+1", "'=1", "'=cmd()"]


@pytest.mark.parametrize(
    ("width", "height", "kept"), [(8_000, 5_000, True), (60_000, 60_000, False)]
)
def test_a_picture_that_unpacks_to_gigabytes_is_not_kept(
    width: int, height: int, kept: bool
) -> None:
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR"
    picture = base64.b64encode(head + width.to_bytes(4) + height.to_bytes(4) + bytes(9)).decode()
    shown = {"output_type": "display_data", "data": {"image/png": picture, "text/plain": "<Fig>"}}
    notebook = graded(["draw()"]).notebook
    notebook["cells"][0]["outputs"] = [shown]

    [cell] = student_cells(notebook, [])

    assert [(one.picture, one.text) for one in cell.outputs] == [
        (picture, "") if kept else ("", "<Fig>")
    ]
