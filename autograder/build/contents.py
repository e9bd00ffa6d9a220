"""The contents page as a code host shows it with the folder of the exercises."""

from pathlib import Path

from autograder.course_folder import CourseFolder
from course.lab import notebooks


def contents_page(course: CourseFolder) -> dict[Path, bytes]:
    """Return `exercises/README.md`: the learner's page, its links as the checkout has them."""
    text = (course.root / "course" / "contents.md").read_text(encoding="utf-8")
    for inside, origin in notebooks().items():
        beside = inside if origin.parent.name == origin.stem else f"../course/{origin.name}"
        text = text.replace(f"]({inside})", f"]({beside})")
    note = "<!-- Generated from course/contents.md: edit that. -->\n"
    return {course.exercises / "README.md": (note + text).encode()}
