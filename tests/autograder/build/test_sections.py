"""The build refuses what names a section that the lesson does not have."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from support.places import ROOT

from autograder.build import sections
from autograder.build.release import build
from autograder.build.sections import require_known_sections, require_sections
from autograder.folders import CourseFolder
from course.checks.misconceptions import SECTIONS
from course.errors import BuildError


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    """The texts of this course in a folder of their own."""
    for place in ("course/lessons", "course/learner", "solutions"):
        (tmp_path / place).mkdir(parents=True)
        for kind in ("*.py", "*.md"):
            for file in (ROOT / place).glob(kind):
                shutil.copy(file, tmp_path / place)
    return CourseFolder(tmp_path)


def edit(course: CourseFolder, file: str, old: str, new: str) -> None:
    path = course.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("heading", sorted(set(SECTIONS.values())))
def test_a_lesson_without_one_of_the_sections_is_refused_by_its_id(
    course: CourseFolder, heading: str
) -> None:
    require_sections(course)
    edit(course, "course/lessons/lesson.py", f"# ## {heading}\n", f"# ## {heading} again\n")

    with pytest.raises(BuildError) as refused:
        require_sections(course)

    ids = [section for section, of in SECTIONS.items() if of == heading]
    assert any(f"misconceptions.py: the section {one!r}" in refused.value.message for one in ids)
    assert "course/lessons/lesson.py" in refused.value.next_step


@pytest.mark.parametrize(
    ("file", "text", "missing"),
    [
        ("course/lessons/lesson.py", "# as in section\n# 15.\n", "15"),
        ("course/lessons/further.py", "# as in sections 6 and 17\n", "17"),
        ("course/lessons/contents.md", "Section 14.\n", "14"),
        ("course/learner/hints.md", 'Read the section "Boats".\n', "Boats"),
        ("solutions/pooling.py", "# the section “The CNN”\n", "The CNN"),
    ],
)
def test_a_text_that_names_a_section_that_is_not_there_is_refused(
    course: CourseFolder, file: str, text: str, missing: str
) -> None:
    edit(course, file, "", text)

    with pytest.raises(BuildError) as refused:
        require_sections(course)

    assert refused.value.message == f"{file}: the lesson has no section {missing}."


@pytest.mark.parametrize(
    ("name", "file"), [("IDEAS", "ideas.py"), ("SECTIONS_OF_GAPS", "misconceptions.py")]
)
def test_an_unknown_id_is_refused_with_the_file_that_names_it(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch, name: str, file: str
) -> None:
    wrong = {"harbor": {}} if name == "IDEAS" else {"max_pool2d": "harbor"}
    monkeypatch.setattr(sections, name, wrong)

    with pytest.raises(BuildError, match=f"course/checks/{file}: 'harbor' is the id of no section"):
        require_sections(course)


@pytest.mark.parametrize(
    ("section", "is_known"),
    [("pooling", True), ("poolin", False), ("chapter 2 of the book", True), ("", True)],
)
def test_one_word_beside_a_gap_is_an_id(course: CourseFolder, section: str, is_known: bool) -> None:
    metadata = {
        "nbgrader": {"grade_id": "double", "solution": True, "grade": False, "locked": False},
        "course": {"section": section},
    }
    gap = nbformat.v4.new_code_cell("double = 2", metadata=metadata)
    notebook = nbformat.v4.new_notebook(cells=[gap])

    if is_known:
        require_known_sections(course, "small", notebook)
        return
    with pytest.raises(BuildError, match=r"solutions/small\.py, cell `double`: 'poolin'"):
        require_known_sections(course, "small", notebook)


def test_the_build_checks_sections(course: CourseFolder) -> None:
    edit(course, "course/lessons/lesson.py", "", "# as in section 15\n")

    with pytest.raises(BuildError, match="no section 15"):
        build(course, [])


def test_the_build_checks_the_section_beside_a_gap(course: CourseFolder) -> None:
    edit(course, "solutions/reshape.py", 'gap="scale_pixels"', 'gap="scale_pixels" section="pile"')

    with pytest.raises(BuildError, match="'pile' is the id of no section"):
        build(course, ["reshape"])


def test_the_comparison_names_sections_that_the_lesson_has() -> None:
    lesson = (ROOT / "course" / "lessons" / "lesson.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^# ## (\d+)\. ", lesson, re.MULTILINE))

    found = re.findall(r"\bsections? (\d+)(?: and (\d+))?", page)
    named = {number for numbers in found for number in numbers if number}

    assert named
    assert named <= headings
