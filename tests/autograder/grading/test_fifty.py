"""A class of fifty blank, half-done and crashing notebooks: everyone is told something readable."""

import html
import re
from pathlib import Path

import pytest
from support.contract import POINTS
from support.fifty import ASSIGNMENTS, CRASHES, notebooks

from autograder.build.answer_files import hand_in
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import SubmissionResult
from autograder.pages.feedback.feedback_page import ClassPages


def grade(
    course: CourseFolder, folder: ClassFolder, wanted: tuple[str, ...]
) -> list[SubmissionResult]:
    """Grade the named assignments' notebooks; require that every gap says something."""
    count = 0
    for student, assignment, answers in notebooks(course):
        if assignment in wanted:
            hand_in(course.release(assignment), answers, folder.submitted, student, assignment)
            count += 1
    options = GradeOptions(limits={"cell_seconds": 20.0})
    summary = grade_class(course, folder, list(wanted), options)
    assert summary.failures == []
    results = list(summary.iter_results())
    assert len(results) == count
    for result in results:
        assert [gap.exercise for gap in result.gaps] == list(POINTS[result.assignment])
        for gap in result.gaps:
            if gap.score < gap.max_score:
                assert f"`{gap.exercise}`" in gap.message, (result.student, gap)
                assert "Traceback" not in gap.message
                assert len(gap.message) < 900
    return results


def require_readable_pages(
    course: CourseFolder, folder: ClassFolder, results: list[SubmissionResult]
) -> None:
    """Require a page for each that says of every gap with points lost what is wrong with it."""
    pages = ClassPages(course, folder)
    for result in results:
        path = pages.write(result.student, result.assignment)
        text = plain(path.read_text(encoding="utf-8"))
        for gap in result.gaps:
            if gap.score < gap.max_score:
                # The name at the front may stand in the heading instead.
                said = gap.message.partition(" ")[2].splitlines()[0][:60]
                assert plain(html.escape(said)) in text, (result.student, said)


def plain(page: str) -> str:
    """Take tags, backticks and white space out."""
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", page)).replace("`", "").split())


@pytest.mark.slow
def test_fifty_blank_half_done_and_crashing_notebooks_get_a_page_each(
    course: CourseFolder, tmp_path: Path
) -> None:
    folder = ClassFolder(tmp_path)

    results = grade(course, folder, ASSIGNMENTS)

    assert len(results) == 5 * (2 + len(CRASHES)) == 50
    require_readable_pages(course, folder, results)
