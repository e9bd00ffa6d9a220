"""A feedback page says what counts, why, and what to read; it is named as the LMS wants it back."""

import json
import re
import zipfile
from decimal import Decimal
from html import unescape
from pathlib import Path

import nbformat
import pytest
from rich.console import Console
from support.page_material import MISTAKE, cell, pages_of, result, text_of

from autograder.build.script import CANARY
from autograder.cli.show_pages import run_feedback
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.marks import ExerciseMark, SubmissionMark
from autograder.grading.results import SubmissionResult
from autograder.lms.feedback_zips import name_for, pack
from autograder.pages.feedback.assignment import FeedbackAssignment, hidden_labels, read_assignment
from autograder.pages.feedback.feedback_page import ClassPages, feedback_html
from course.checks import misconceptions
from course.errors import GradingError
from course.notebook.verdict import Verdict


def test_a_page_says_what_each_gap_earned_why_and_what_to_read(reshape: FeedbackAssignment) -> None:
    page = feedback_html(result(), None, reshape)

    shown, code = text_of(page), unescape(re.sub(r"<[^>]*>", "", page))
    assert "reshape: 4 of 10 points" in shown
    assert "0 of 6" in shown and "4 of 4" in shown
    assert misconceptions.CATALOGUE[MISTAKE].idea.partition(".")[0] in shown
    assert "Read next: the lesson, section “8. What changed?”" in shown
    # Nothing to read where nothing is amiss.
    assert shown.count("Read next") == 1
    assert "return images[None]" in code and "print('mine')" in code


def test_hidden_checks_are_there_by_name_only(
    reshape: FeedbackAssignment, course: CourseFolder
) -> None:
    made = result()
    label = "another number of images, 28 × 28"
    made.gaps[1].message = f"`x` passes the visible checks, but not a hidden one: {label}."

    page = feedback_html(made, None, reshape)

    shown = text_of(page)
    assert f"✗ {label}" in shown
    assert "a dark batch, in which no pixel is 255, stays dark" in shown
    assert "SECRET" not in page and "CANARY" not in page and "check.hidden" not in page


@pytest.mark.parametrize("name", ["reshape", "convolution", "pooling", "cnn"])
def test_every_hidden_check_of_the_course_is_found_by_its_name(
    course: CourseFolder, name: str
) -> None:
    source = nbformat.read(course.source(name), as_version=4)

    found = hidden_labels(source)

    for gap, labels in found.items():
        assert labels, gap
    text = "\n".join(cell.source for cell in source.cells)
    written = re.findall(r'check\.hidden\(\s*"([^"]+)"', text)
    assert set(written) <= {label for labels in found.values() for label in labels}


def test_marks_and_comments_of_a_person_and_the_late_penalty_count(
    reshape: FeedbackAssignment,
) -> None:
    comment = "Good idea; <b>mind</b> the order."
    entry = SubmissionMark(
        "ada",
        "reshape",
        exercises=(
            ExerciseMark("scale_pixels", Decimal(4), auto_score=Decimal(4)),
            ExerciseMark(
                "add_channel_axis",
                Decimal(6),
                auto_score=Decimal(0),
                manual_score=Decimal(5),
                manual_comment=comment,
            ),
        ),
        penalty=Decimal("1.5"),
    )

    shown = text_of(feedback_html(result(), entry, reshape, "Ada Lovelace"))

    assert "Feedback for Ada Lovelace" in shown
    assert "reshape: 7.5 of 10 points" in shown
    assert "Handed in late: 1.5 points were taken off the 9 that were earned." in shown
    assert "this mark was entered by hand" in shown
    assert "Good idea; <b>mind</b> the order." in shown


def test_the_page_loads_and_runs_nothing(reshape: FeedbackAssignment) -> None:
    page = feedback_html(result(), None, reshape)

    assert "default-src 'none'" in page and "script-src" not in page
    assert "<script" not in page and "style=" not in page
    assert re.findall(r'src="([^"]{0,22})', page) == ["data:image/png;base64,"]
    assert not re.search(r'href="(?!#|data:,)', page)
    assert "<b>x</b>" not in page
    assert "\x1b" not in page and "\u202e" not in page


def test_an_output_that_quotes_a_hidden_test_is_withheld(reshape: FeedbackAssignment) -> None:
    made = result()
    # Colors of a traceback may split the word.
    quoted = f"what I found: {CANARY[:3]}\x1b[31m{CANARY[3:]}-reshape"
    said = {"output_type": "stream", "name": "stdout", "text": quoted}
    made.notebook["cells"].append(cell("own-02", "print(In)", "own", [said]))

    page = feedback_html(made, None, reshape)

    assert "This output quoted a hidden check and is not shown." in page
    assert "what I found" not in page and CANARY not in page


def test_a_mark_that_waits_for_a_person_says_so(reshape: FeedbackAssignment) -> None:
    made = result()
    made.gaps[1] = Verdict("add_channel_axis", 0.0, 6.0, "manual")

    assert "… Waits for a person's mark" in text_of(feedback_html(made, None, reshape))


def test_without_a_result_no_page_is_made_and_the_next_command_is_named(
    course: CourseFolder, tmp_path: Path
) -> None:
    folder = ClassFolder(tmp_path)
    notebook = folder.autograded / "ada" / "reshape" / "reshape.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text("{}")

    with pytest.raises(GradingError, match=r"reshape of ada\. Run `autograder grade`"):
        run_feedback(course, folder, [], Console(quiet=True))
    with pytest.raises(GradingError, match=r"reshape of ada was not graded .* Run `autograder"):
        ClassPages(course, folder).html("ada", "reshape")

    assert not folder.feedback.exists()


def test_a_notebook_that_could_not_be_read_says_why(reshape: FeedbackAssignment) -> None:
    made = SubmissionResult("ada", "reshape", "", "bubblewrap", rejected="It is no JSON.")
    made.gaps = [Verdict("scale_pixels", 0.0, 4.0, "rejected", "It is no JSON.")]

    shown = text_of(feedback_html(made, None, reshape))

    assert "could not be graded. It is no JSON." in shown
    assert shown.count("It is no JSON.") == 1


def test_the_quiz_shows_what_was_chosen_and_not_the_key(
    course: CourseFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    quiz = read_assignment(course, ClassFolder(tmp_path_factory.mktemp("none")), "quiz")
    question = quiz.questions["q1"]
    made = SubmissionResult("ada", "quiz", "", "bubblewrap")
    made.gaps = [Verdict("q1", 0.0, 2.0, "incorrect", "`q1`: the answer.")]
    wrong = next(letter for letter, _ in question.options if letter not in question.key)
    made.notebook = {"cells": [cell("q1", f'q1 = "{wrong}"')]}

    shown = text_of(feedback_html(made, None, quiz))

    assert question.text in shown
    assert shown.count("(your answer)") == 1
    assert f"{dict(question.options)[wrong]} (your answer)" in shown
    assert "Read next: the lesson, section" in shown


@pytest.mark.parametrize(
    ("system", "source", "expected"),
    [
        (
            "moodle",
            "all.zip: Zoë O'Neil, Jr._123456_assignsubmission_file_/reshape.ipynb",
            ("moodle", "Zoë O'Neil, Jr._123456_assignsubmission_file_/reshape-feedback.html"),
        ),
        (
            "moodle",
            "all.zip: 🙂 שרה_7_assignsubmission_file_a_9_assignsubmission_file_.ipynb",
            ("moodle", "🙂 שרה_7_assignsubmission_file_/reshape-feedback.html"),
        ),
        (
            "canvas",
            "submissions.zip: lovelaceada_LATE_4711_998877_reshape-1.ipynb",
            ("canvas", "lovelaceada_LATE_4711_998877_reshape-feedback.html"),
        ),
        (
            "canvas",
            "submissions.zip: inner/lovelaceada_4711_998877_my_3_4_work.ipynb",
            ("canvas", "lovelaceada_4711_998877_reshape-feedback.html"),
        ),
        (
            "gradescope",
            "x.zip: submission_4/reshape.ipynb",
            ("students", "ada/reshape-feedback.html"),
        ),
        ("", "", ("students", "ada/reshape-feedback.html")),
        ("moodle", "all.zip: strange/name.ipynb", ("students", "ada/reshape-feedback.html")),
    ],
)
def test_a_page_goes_back_under_the_systems_own_name(system, source, expected) -> None:
    assert name_for(system, source, "ada", "reshape") == expected


def test_a_name_can_lead_nowhere_else() -> None:
    assert name_for("", "", "..", "reshape")[1] == "../reshape-feedback.html".replace("..", "--")
    assert "\\" not in name_for("", "", "a\\..\\b", "reshape")[1]


def test_each_system_gets_a_zip_of_its_own(tmp_path) -> None:
    folder = ClassFolder(tmp_path)
    sources = {
        "ada": ("moodle", "m.zip: Ada_1_assignsubmission_file_/reshape.ipynb"),
        "ben": ("canvas", "c.zip: ben_2_3_reshape.ipynb"),
        "chi": ("", ""),
    }
    for student in sources:
        page = folder.feedback / student / "reshape" / "reshape.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"for {student}")
    rows = [
        {
            "student": student,
            "assignment": "reshape",
            "digest": "",
            "system": system,
            "source": source,
            "collected": "",
        }
        for student, (system, source) in sources.items()
        if system
    ]
    (tmp_path / "collected.json").write_text(json.dumps(rows))

    packed = pack(folder, pages_of(folder, sources, "reshape"))

    content = {}
    for one in packed:
        with zipfile.ZipFile(one.path) as archive:
            content[one.lms] = {name: archive.read(name) for name in archive.namelist()}
    assert content == {
        "moodle": {"Ada_1_assignsubmission_file_/reshape-feedback.html": b"for ada"},
        "canvas": {"ben_2_3_reshape-feedback.html": b"for ben"},
        "students": {"chi/reshape-feedback.html": b"for chi"},
    }
