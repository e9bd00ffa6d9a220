"""Are the marks of `autograder grade` those of stock nbgrader, and where do the tests run?

    python tests/benchmarks/compat.py [--stock] [NAME …]

One course is made of the small assignments of `tests/support/courses` (all, or those named), and
each of their answers is handed in. The marks that nbgrader gives are stated with the answers, and
proven by `tests/package/test_small_assignments.py`. With `--stock`, nbgrader grades the same course
too, in four seconds or more for each submission, and its marks are compared with the stated ones.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.courses.small_assignments import SmallAssignment, small_assignments
from support.stock_course import automatic_scores

from autograder.build.coursedir import find_stock_course
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results
from autograder.grading.stock_run import grade_stock_class

CONFIGURATION = 'c = get_config()\nc.CourseDirectory.course_id = "fields"\n'
Scores = dict[str, dict[str, float | None]]
"""Automatic marks by student, and by `ASSIGNMENT/NOTEBOOK/GRADE_ID`."""


@dataclass
class Row:
    """What the table says of one assignment."""

    name: str
    tests: int
    marks: int
    differing: list[str]
    inside: dict[str, str]

    @property
    def outside(self) -> int:
        """How many tests run outside the student's process."""
        return self.tests - len(self.inside)


def student_of(index: int) -> str:
    """Name the student who hands in an assignment's answer number `index`."""
    return f"answer-{index}"


def make_course(root: Path, assignments: Sequence[SmallAssignment]) -> None:
    """Write sources and submissions as nbgrader lays them out."""
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIGURATION)
    for each in assignments:
        each.write_source(root / "source" / each.name)
        for index, given in enumerate(each.answers):
            each.write_submission(given, root / "submitted" / student_of(index) / each.name)
        if not each.is_python:
            each.write_source(root / "submitted" / student_of(0) / each.name)


def stated_scores(assignments: Sequence[SmallAssignment]) -> Scores:
    """Return the marks that are stated with the answers."""
    scores: Scores = {}
    for each in assignments:
        for index, given in enumerate(each.answers):
            marks = {f"{each.name}/{name}": mark for name, mark in each.expected(given).items()}
            scores.setdefault(student_of(index), {}).update(marks)
    return scores


def scores_in(root: Path, students: Sequence[str]) -> Scores:
    """Return the automatic marks that a course's gradebook holds."""
    return {
        student: {
            name: mark
            for name, (mark, _) in automatic_scores(root / "gradebook.db", student).items()
        }
        for student in students
    }


def grade(root: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Grade a course as `autograder grade` does; return which tests ran inside, and failures."""
    course = find_stock_course(root)
    assert course is not None
    summary = grade_stock_class(course, [], GradeOptions(jobs=2, warm=True))
    inside = {one.assignment: one.inside for one in iter_results(course.class_folder)}
    return inside, summary.failures


def grade_with_nbgrader(root: Path, assignments: Sequence[SmallAssignment]) -> None:
    """Let nbgrader release and grade each assignment of Python."""
    put_scripts_on_path()
    for each in assignments:
        for command in ("generate_assignment", "autograde"):
            done = subprocess.run(
                [sys.executable, "-m", "nbgrader", command, each.name],
                cwd=root,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(f"nbgrader {command} {each.name}: {done.stderr[-500:]}")


def differences(assignment: SmallAssignment, expected: Scores, found: Scores) -> list[str]:
    """Name each mark of an assignment that differs."""
    return [
        f"{assignment.answers[index].name}: {name.partition('/')[2]} has "
        f"{found.get(student_of(index), {}).get(name, 'no mark')}, not {mark}"
        for index in range(len(assignment.answers))
        for name, mark in expected[student_of(index)].items()
        if name.startswith(f"{assignment.name}/")
        if found.get(student_of(index), {}).get(name, "no mark") != mark
    ]


def row_of(
    assignment: SmallAssignment, expected: Scores, found: Scores, inside: dict[str, dict[str, str]]
) -> Row:
    """Put together what is said of one assignment."""
    reasons = {
        f"{notebook.name}/{name}": reason
        for notebook in assignment.notebooks
        for name, reason in inside.get(f"{assignment.name}/{notebook.name}", {}).items()
    }
    marks = sum(len(assignment.expected(given)) for given in assignment.answers)
    wrong = differences(assignment, expected, found)
    return Row(assignment.name, len(assignment.tests()), marks, wrong, reasons)


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    print(f"{'assignment':<22}{'tests':>6}{'same marks':>14}{'outside':>9}  inside")
    for row in rows:
        same = f"{row.marks - len(row.differing)} of {row.marks}"
        print(f"{row.name:<22}{row.tests:>6}{same:>14}{row.outside:>9}  {len(row.inside) or ''}")
        for name, reason in row.inside.items():
            print(f"{'':<30}{name}: {reason}")
        for difference in row.differing:
            print(f"{'':<30}DIFFERS: {difference}")
    tests, outside = sum(row.tests for row in rows), sum(row.outside for row in rows)
    marks, differing = sum(row.marks for row in rows), sum(len(row.differing) for row in rows)
    print(
        f"{len(rows)} assignments, {tests} tests: {marks - differing} of {marks} marks are the "
        f"same; {outside} tests ({outside / tests:.1%}) run outside the student's process."
    )


def main() -> int:
    """Print the table; return 1 if a mark differs."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--stock", action="store_true", help="let nbgrader grade as well")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    chosen = [each for each in small_assignments() if each.name in (options.names or [each.name])]
    python = [each for each in chosen if each.is_python]
    expected = stated_scores(python)
    with tempfile.TemporaryDirectory(prefix="convpool-compat-") as name:
        root, stock = Path(name) / "ours", Path(name) / "stock"
        make_course(root, chosen)
        if options.stock:
            shutil.copytree(root, stock)
            grade_with_nbgrader(stock, python)
            given = scores_in(stock, list(expected))
            for each in python:
                for difference in differences(each, expected, given):
                    print(f"nbgrader itself, {each.name}: {difference}")
        inside, failures = grade(root)
        found = scores_in(root, list(expected))
        rows = [row_of(each, expected, found, inside) for each in python]
    show(rows)
    print(*failures, sep="\n")
    return 1 if any(row.differing for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
