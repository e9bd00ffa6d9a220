"""Are the marks of `autograder grade` those of stock nbgrader, and where do the tests run?

    python tests/benchmarks/compat.py [--own] [--stock] [NAME …]

One course is made of the small assignments of `tests/support/courses` (all, or those named), and
each of their answers is handed in. The marks that nbgrader gives are stated with the answers, and
proven by `tests/package/test_small_assignments.py`. With `--stock`, nbgrader grades the same course
too, in four seconds or more for each submission, and its marks are compared with the stated ones.

With `--own`, the course is made of the notebooks in nbgrader's package: its quickstart course and
the files of its tests. Each source, its release untouched and the submissions that nbgrader shows
are handed in; nbgrader grades them.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbgrader

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.courses.small_assignments import SmallAssignment, small_assignments
from support.stock_course import EXAMPLE, automatic_scores

from autograder.build.coursedir import find_stock_course
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results
from autograder.grading.stock_run import grade_stock_class

CONFIGURATION = """c = get_config()
c.CourseDirectory.course_id = "fields"
c.Execute.timeout = 20
"""
"""Two of nbgrader's own notebooks never end, and nbgrader sets no limit by itself."""
OWN = Path(nbgrader.__file__).parent / "tests"
OWN_FILES = sorted(OWN.glob("*/files/*.ipynb"))
REFERENCE, UNTOUCHED = "reference", "untouched"
Marks = dict[str, float | None]
"""Automatic marks by `ASSIGNMENT/NOTEBOOK/GRADE_ID`; None awaits a person's."""
Scores = dict[str, Marks]
"""Marks by student."""


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


def own_submission(path: Path) -> tuple[str, str]:
    """Return the name of the source that a file of nbgrader's is or answers, and its student."""
    if found := re.fullmatch(r"(autotest-[a-z]+)-(.+)", path.stem):
        return found[1], found[2]
    if path.stem.startswith("submitted-") and path.stem != "submitted-unchanged":
        return "submitted-unchanged", path.stem.removeprefix("submitted-")
    return path.stem, ""


def make_own_course(root: Path, names: Sequence[str]) -> None:
    """Write nbgrader's own notebooks as assignments, and what they show as handed in."""
    (root / "source").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIGURATION)
    shutil.copy(OWN / "apps" / "files" / "autotests.yml", root)
    for name in ("ps1", "ps1_autotest"):
        shutil.copytree(EXAMPLE / name, root / "source" / name)
    for student in ("bitdiddle", "hacker"):
        shutil.copytree(EXAMPLE.parent / "submitted" / student, root / "submitted" / student)
    for path in OWN_FILES:
        stem, student = own_submission(path)
        assignment = f"{path.parts[-3]}-{stem}"
        folder = root / "submitted" / student if student else root / "source"
        (folder / assignment).mkdir(parents=True)
        shutil.copy(path, folder / assignment / f"{stem}.ipynb")
    for assignment in (path.name for path in (root / "source").iterdir()):
        if names and assignment not in names:
            for folder in (root / "source", *(root / "submitted").iterdir()):
                shutil.rmtree(folder / assignment, ignore_errors=True)


def release_own_course(root: Path) -> list[str]:
    """Hand in each source and its release; return the assignments that nbgrader can release."""
    accepted = []
    sources = sorted((root / "source").iterdir())
    for number, source in enumerate(sources, 1):
        print(f"nbgrader generates {number} of {len(sources)}: {source.name}", flush=True)
        if run_nbgrader(root, "generate_assignment", source.name):
            shutil.copytree(source, root / "submitted" / REFERENCE / source.name)
            release = root / "release" / source.name
            shutil.copytree(release, root / "submitted" / UNTOUCHED / source.name)
            accepted.append(source.name)
        else:
            shutil.rmtree(source)
            for student in (root / "submitted").iterdir():
                shutil.rmtree(student / source.name, ignore_errors=True)
    return accepted


def stated_scores(assignments: Sequence[SmallAssignment]) -> Scores:
    """Return the marks that are stated with the answers."""
    scores: Scores = {}
    for each in assignments:
        for index, given in enumerate(each.answers):
            marks = {f"{each.name}/{name}": mark for name, mark in each.expected(given).items()}
            scores.setdefault(student_of(index), {}).update(marks)
    return scores


def scores_in(root: Path, students: Iterable[str]) -> Scores:
    """Return the automatic marks that a course's gradebook holds."""
    found = {each: automatic_scores(root / "gradebook.db", each) for each in students}
    return {
        student: {name: mark for name, (mark, _) in marks.items()}
        for student, marks in found.items()
    }


def grade(root: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Grade a course as `autograder grade` does; return which tests ran inside, and failures."""
    course = find_stock_course(root)
    assert course is not None
    summary = grade_stock_class(course, [], GradeOptions(jobs=2, warm=True))
    inside = {one.assignment: one.inside for one in iter_results(course.class_folder)}
    return inside, summary.failures


def run_nbgrader(root: Path, command: str, assignment: str) -> bool:
    """Run one of nbgrader's commands for an assignment; return whether it ended well."""
    put_scripts_on_path()
    line = [sys.executable, "-m", "nbgrader", command, assignment]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        last = [each for each in done.stderr.splitlines() if "ERROR" in each][-2:]
        print(f"nbgrader {command} {assignment}: {' '.join(last)[:200]}", flush=True)
    return not done.returncode


def nbgraders_scores(root: Path, assignments: Sequence[str], students: Iterable[str]) -> Scores:
    """Let nbgrader itself grade a copy of the course."""
    copy = root.with_name("stock")
    shutil.copytree(root, copy)
    for number, name in enumerate(assignments, 1):
        print(f"nbgrader grades {number} of {len(assignments)}: {name}", flush=True)
        if not (copy / "release" / name).is_dir():
            run_nbgrader(copy, "generate_assignment", name)
        run_nbgrader(copy, "autograde", name)
    scores = scores_in(copy, students)
    return {student: _of_graded(copy, student, marks) for student, marks in scores.items()}


def _of_graded(root: Path, student: str, marks: Marks) -> Marks:
    """Leave out the marks of submissions that nbgrader ended with an error."""
    graded = {path.name for path in (root / "autograded" / student).glob("*")}
    left_out = {name.partition("/")[0] for name in marks} - graded
    print(*(f"nbgrader can't grade {each} of {student}\n" for each in sorted(left_out)), end="")
    return {name: mark for name, mark in marks.items() if name.partition("/")[0] in graded}


def rows_of(
    tests: dict[str, int], expected: Scores, found: Scores, inside: dict[str, dict[str, str]]
) -> list[Row]:
    """Compare marks; `tests` has the number of tests by assignment."""
    rows = {name: Row(name, count, 0, [], {}) for name, count in tests.items()}
    for student, marks in expected.items():
        for name, mark in marks.items():
            row = rows[name.partition("/")[0]]
            row.marks += 1
            ours = found[student].get(name, "no mark")
            if ours != mark:
                row.differing.append(f"{student}, {name}: {ours}, not {mark}")
    for unit, reasons in inside.items():
        assignment, _, notebook = unit.partition("/")
        if assignment in rows:
            rows[assignment].inside |= {f"{notebook}/{name}": why for name, why in reasons.items()}
    return list(rows.values())


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    print(f"{'assignment':<38}{'tests':>6}{'same marks':>14}{'outside':>9}  inside")
    for row in rows:
        same = f"{row.marks - len(row.differing)} of {row.marks}"
        print(f"{row.name:<38}{row.tests:>6}{same:>14}{row.outside:>9}  {len(row.inside) or ''}")
        print(*(f"    {name}: {reason}\n" for name, reason in row.inside.items()), sep="", end="")
        print(*(f"    DIFFERS: {each}\n" for each in row.differing), sep="", end="")
    tests, outside = sum(row.tests for row in rows), sum(row.outside for row in rows)
    marks, differing = sum(row.marks for row in rows), sum(len(row.differing) for row in rows)
    print(
        f"{len(rows)} assignments, {tests} tests: {marks - differing} of {marks} marks are the "
        f"same; {outside} tests ({outside / max(1, tests):.1%}) run outside the student's process."
    )


def compare_own(root: Path, names: Sequence[str]) -> list[Row]:
    """Compare marks of nbgrader's own notebooks."""
    make_own_course(root, names)
    accepted = release_own_course(root)
    students = sorted(path.name for path in (root / "submitted").iterdir())
    expected = nbgraders_scores(root, accepted, students)
    inside, failures = grade(root)
    print(*failures, sep="\n")
    tests = dict.fromkeys(accepted, 0)
    for name, mark in expected[REFERENCE].items():
        tests[name.partition("/")[0]] += mark is not None
    return rows_of(tests, expected, scores_in(root, expected), inside)


def compare_small(root: Path, names: Sequence[str], stock: bool) -> list[Row]:
    """Compare marks of the small assignments."""
    chosen = [each for each in small_assignments() if each.name in (names or [each.name])]
    tests = {each.name: len(each.tests()) for each in chosen if each.is_python}
    make_course(root, chosen)
    expected = stated_scores(chosen)
    if stock:
        given = nbgraders_scores(root, list(tests), expected)
        for row in rows_of(tests, expected, given, {}):
            print(*(f"nbgrader itself: {each}, as stated\n" for each in row.differing), end="")
    inside, failures = grade(root)
    print(*failures, sep="\n")
    return rows_of(tests, expected, scores_in(root, expected), inside)


def main() -> int:
    """Print the table; return 1 if a mark differs."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--own", action="store_true", help="take nbgrader's own notebooks")
    parser.add_argument("--stock", action="store_true", help="let nbgrader grade as well")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="convpool-compat-") as folder:
        root = Path(folder) / "ours"
        if options.own:
            rows = compare_own(root, options.names)
        else:
            rows = compare_small(root, options.names, options.stock)
    show(rows)
    return 1 if any(row.differing for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
