"""What `autograder report` does on the terminal."""

from datetime import datetime
from pathlib import Path

from rich.console import Console

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.grading.secret import class_secret
from autograder.report.material import read_material
from autograder.report.page import Pair, report_html
from autograder.report.pseudonyms import Pseudonyms
from autograder.similarity.desk import told
from autograder.similarity.material import similar
from course.atomic import write_atomically

MOST_PAIRS = 50


def run_report(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    anonymous: bool,
    to: Path | None,
    console: Console,
) -> Path:
    """Write the report of what is graded, and say where it is."""
    material = read_material(course, class_folder, assignments)
    pseudonyms = Pseudonyms(class_secret(class_folder), material.names) if anonymous else None
    alike = [
        Pair(one.first, one.second, assignment, one.share, told(one))
        for assignment, one in similar(course, class_folder, material.results)
    ]
    made = datetime.now().astimezone()
    text = report_html(material, made, alike[:MOST_PAIRS], pseudonyms)
    default = class_folder.root / ("report-anonymous.html" if anonymous else "report.html")
    path = to or default
    write_atomically(path, lambda file: file.write(text.encode()))
    console.print(f"Report on {len(material.results)} submissions: {path}", soft_wrap=True)
    return path
