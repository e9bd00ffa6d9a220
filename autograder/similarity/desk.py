"""What `autograder similarity` shows on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.grading.store import iter_results
from autograder.similarity.compare import Alike
from autograder.similarity.material import similar
from course.errors import GradingError

NOTE = (
    "A list to look at, and never a mark: a short exercise has few natural answers, and friends "
    "may learn together. Names, comments and order are taken out, and what the release, the "
    "lesson and the reference solutions hold; what many share counts little."
)


def told(pair: Alike) -> str:
    """Say what a pair has in common."""
    cells = ", ".join(pair.cells)
    return f"{pair.evidence:.0f} rare fragments in {cells}, such as: {pair.example[:90]}"


def run_similarity(
    course: CourseFolder, class_folder: ClassFolder, assignments: list[str], console: Console
) -> None:
    """Show the pairs of the named assignments (all, if none is named), the most alike first."""
    wanted = course.require(assignments)
    results = (one for one in iter_results(class_folder) if one.assignment in wanted)
    if not class_folder.root.joinpath("results").is_dir():
        raise GradingError(f"Nothing is graded in {class_folder.root}.", "Run `autograder grade`.")
    table = Table(title="Alike beyond what everybody was given", caption=NOTE)
    for heading in ("assignment", "student", "student", "alike", "in common"):
        table.add_column(heading)
    for assignment, pair in similar(course, class_folder, results):
        cells = (assignment, pair.first, pair.second, f"{100 * pair.share:.0f} %", told(pair))
        table.add_row(*map(escape, cells))
    if table.row_count:
        console.print(table)
    else:
        console.print(f"No pair stands out. {NOTE}")
