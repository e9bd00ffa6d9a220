"""An ordinary nbgrader course graded twice in one run: ten tests of data frames with pandas.

    python tests/benchmarks/grade_ordinary.py [STUDENTS]

Students hand in the answers of `tests/support/courses/sources/monthly_sales.txt` in turn. Stock is
one `nbgrader autograde`, ours is one `autograder grade` from its start to its end, before stock and
once more after it; the mean counts. The marks must be identical for every student and test.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.grade_class import timed
from support.bench_class import note
from support.commands import SCRIPTS, command_line, with_environment
from support.courses.small_assignments import small_assignments
from support.stock_course import automatic_scores

from autograder.build.coursedir import find_stock_course
from autograder.grading.results import iter_results

NAME = "monthly_sales"
CONFIGURATION = 'c = get_config()\nc.CourseDirectory.course_id = "sales"\n'


def hand_in_sales(root: Path, students: int) -> list[str]:
    """Write the course and so many submissions; return the students' names."""
    (assignment,) = (each for each in small_assignments() if each.name == NAME)
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIGURATION)
    assignment.write_source(root / "source" / NAME)
    names = [f"student-{number:04d}" for number in range(students)]
    for number, name in enumerate(names):
        given = assignment.answers[number % len(assignment.answers)]
        assignment.write_submission(given, root / "submitted" / name / NAME)
    return names


def run(students: int) -> tuple[float, float, int, list[str]]:
    """Return the seconds of stock and of ours, how many tests ran inside, and differing marks."""
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        stock = Path(name) / "stock"
        names = hand_in_sales(stock, students)
        before, after = (stock.with_name(each) for each in ("before", "after"))
        for ours in (before, after):
            shutil.copytree(stock, ours)
        ours_seconds = _timed(before, "autograder", "grade")
        _timed(stock, "nbgrader", "generate_assignment", NAME)
        stock_seconds = _timed(stock, "nbgrader", "autograde", NAME)
        ours_seconds = (ours_seconds + _timed(after, "autograder", "grade")) / 2
        differing = [
            f"{student}, {ours.name}"
            for ours in (before, after)
            for student in names
            if automatic_scores(ours / "gradebook.db", student)
            != automatic_scores(stock / "gradebook.db", student)
        ]
        course = find_stock_course(before)
        assert course is not None
        inside = {test for one in iter_results(course.class_folder) for test in one.inside}
        return stock_seconds, ours_seconds, len(inside), differing


def _timed(root: Path, *command: str) -> float:
    """Run a command in a course and return its seconds."""
    note(f"the ordinary course: {' '.join(command)}")
    path = os.pathsep.join((str(SCRIPTS), os.environ.get("PATH", os.defpath)))
    return timed(command_line(*command), root, with_environment(PATH=path))


def main(students: int = 6) -> int:
    """Print the line of the table; return 1 if a mark differs."""
    stock, ours, inside, differing = run(students)
    print(*(f"differs: {each}" for each in differing), sep="\n", end="\n" if differing else "")
    print(
        f"ordinary course, ten tests with pandas: {stock / ours:.1f} x (stock {stock:.1f} s, "
        f"ours {ours:.1f} s, {students} notebooks, {10 - inside} tests outside, "
        f"marks identical: {'no' if differing else 'yes'})"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
