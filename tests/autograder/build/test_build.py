"""The build: what is committed is what it makes, and what it refuses, it refuses in one line."""

import errno
import os
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from support.commands import invoke_autograder, run_command
from support.contract import ASSIGNMENTS

from autograder.build import release
from autograder.build.contract import require_contract
from autograder.build.notebook_source import read_notebook
from autograder.build.release import build, outdated, publish
from autograder.build.script import read_script
from autograder.folders import CourseFolder
from course.errors import BuildError, CourseError
from course.learner.lab import LEARNERS_NOTEBOOKS
from course.notebook.cell_marks import mark_of

GOOD = """\
# %% [markdown]
# # A small exercise

# %% gap="double"
def double(number):
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION

# %% test="double" points=3
from course.checks import exercise

with exercise("double") as check:
    check.close(double(2), 4)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-small-double
    check.close(double(5), 10)
    ### END HIDDEN TESTS
"""


@pytest.fixture
def small(tmp_path: Path) -> CourseFolder:
    """A course folder with one assignment that keeps the contract."""
    folder = CourseFolder(tmp_path)
    folder.solutions.mkdir()
    folder.script("small").write_text(GOOD, encoding="utf-8")
    return folder


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def files(course: CourseFolder) -> dict[Path, bytes]:
    """What the build makes of the checkout."""
    return build(course, [])


def test_committed_notebooks_are_what_the_build_makes(
    course: CourseFolder, files: dict[Path, bytes]
) -> None:
    stale = [str(path.relative_to(course.root)) for path in outdated(files)]

    assert stale == [], "out of date; this mends it: .venv/bin/autograder build"


def test_the_build_makes_source_and_release_of_all_and_the_lesson(
    course: CourseFolder, files: dict[Path, bytes]
) -> None:
    pairs = [(course.source(name), course.release(name)) for name in ASSIGNMENTS]
    learners = {course.root / "course" / "lessons" / name for name in LEARNERS_NOTEBOOKS}

    contents = {course.exercises / "README.md"}
    assert set(files) == {path for pair in pairs for path in pair} | learners | contents


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_nothing_else_lies_in_an_assignments_folder(
    course: CourseFolder, folder: str, assignment: str
) -> None:
    # nbgrader hands students whatever lies there.
    place = course.root / folder / assignment
    found = [p.name for p in place.rglob("*") if ".ipynb_checkpoints" not in p.parts]

    assert found == [f"{assignment}.ipynb"]


def test_exercises_holds_the_assignments_and_their_contents_page(course: CourseFolder) -> None:
    found = sorted(path.name for path in course.exercises.iterdir())
    assert found == sorted([*ASSIGNMENTS, "README.md"])


def test_building_twice_gives_the_same_bytes(small: CourseFolder) -> None:
    publish(build(small, ["small"]))
    first = files_in(small.root)

    changed = publish(build(small, ["small"]))

    assert changed == []
    assert files_in(small.root) == first


def test_the_place_of_the_checkout_does_not_show_in_the_files(
    course: CourseFolder, files: dict[Path, bytes], tmp_path: Path
) -> None:
    elsewhere = CourseFolder(tmp_path / "elsewhere")
    shutil.copytree(course.solutions, elsewhere.solutions, ignore=shutil.ignore_patterns("*.ipynb"))

    again = build(elsewhere, ["reshape", "quiz"])

    for name in ("reshape", "quiz"):
        assert again[elsewhere.source(name)] == files[course.source(name)]
        assert again[elsewhere.release(name)] == files[course.release(name)]


def test_another_seed_gives_another_quiz(course: CourseFolder, files: dict[Path, bytes]) -> None:
    drawn = build(course, ["quiz"], seed=7)

    assert drawn[course.release("quiz")] != files[course.release("quiz")]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("### BEGIN HIDDEN TESTS", "", "no ### BEGIN HIDDEN TESTS region"),
        ("### END HIDDEN TESTS", "", "no ### END HIDDEN TESTS"),
        ("CANARY-HIDDEN-small-double", "", "lacks its canary"),
        ("CANARY-HIDDEN-small-double", "CANARY-HIDDEN-other-double", "lacks its canary"),
        ("### BEGIN SOLUTION", "", "no ### BEGIN SOLUTION region"),
        ("### END SOLUTION", "", "no ### END SOLUTION"),
        ('test="double" points=3', 'test="triple" points=3', "cell `double`: the gap has no test"),
        ('gap="double"', 'locked="double"', "cell `test_double`: there is no gap 'double'"),
        ("return 2 * number", "# think", "cell `double`: there is no reference solution"),
        ("return 2 * number", "raise NotImplementedError()", "no reference solution"),
        ("return 2 * number", '"""Fill this in."""\n    ...', "no reference solution"),
        ("def double(number)", "def twice(number)", "does not define 'double'"),
        ("return 2 * number", "return 2 * (number", "cell `double`: it does not parse"),
        ("# %% gap", "# %%\nfor x in\n\n# %% gap", "cell 2: it does not parse (line 1"),
        (" points=3", ' points="three"', "'three' can't be the points"),
        (" points=3", " points=-1", "-1 can't be the points"),
        (" points=3", " points=true", "True can't be the points"),
        ("# # A small exercise", "# ## A small exercise (4 points)", "says 4, the tests below it"),
        ("# # A small exercise", "# | **Points** | 4 |", "says 4, all tests have 3"),
        (" points=3", "", "no points"),
        ('gap="double"', 'gapp="double"', "unknown mark"),
        ("### END HIDDEN TESTS\n", "### END HIDDEN TESTS\ncheck.passed_hidden\n", "expression"),
        ("### END HIDDEN TESTS\n", "### END HIDDEN TESTS\n0.5\n", "expression"),
        ("check.close(double(5), 10)", "check.close(double(5), 10", "does not parse"),
        ("# # A small exercise", '# # A\n\n# %% locked="double"\n1', "two cells are called"),
    ],
)
def test_a_source_that_breaks_the_contract_is_refused_in_one_line(
    small: CourseFolder, old: str, new: str, complaint: str
) -> None:
    assert old in GOOD
    small.script("small").write_text(GOOD.replace(old, new), encoding="utf-8")

    with pytest.raises(BuildError) as refusal:
        build(small, ["small"])

    message = str(refusal.value)
    assert complaint in message
    assert "small" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" points=3", " points=0"),
        ("# # A small exercise", "# | **Points** | 3 |\n#\n# ## Twice (3 points)"),
        ("return 2 * number", "pass  # nothing to prepare\n    return 2 * number"),
        ("# # A small exercise", "# # A\n\n# %%\n%precision 3\n!ls"),
        ("### END HIDDEN TESTS\n", "### END HIDDEN TESTS\n\n# %%\nafterwards = double(1)\n"),
    ],
)
def test_a_source_that_can_be_graded_is_built(small: CourseFolder, old: str, new: str) -> None:
    assert old in GOOD
    small.script("small").write_text(GOOD.replace(old, new), encoding="utf-8")

    assert small.release("small") in build(small, ["small"])


def test_a_test_above_its_gap_is_refused(small: CourseFolder) -> None:
    head, gap, test = re.split(r"(?=^# %% (?:gap|test))", GOOD, flags=re.MULTILINE)
    small.script("small").write_text(head + test + "\n" + gap, encoding="utf-8")

    with pytest.raises(BuildError, match="cell `test_double`: the test stands above its gap"):
        build(small, [])


def test_a_gap_whose_name_is_no_identifier_is_refused(small: CourseFolder) -> None:
    text = GOOD.replace('"double"', '"my-double"').replace("small-double", "small-my-double")
    small.script("small").write_text(text, encoding="utf-8")

    with pytest.raises(BuildError, match=r"small\.py, cell `my-double`: a gap's name"):
        build(small, [])


def test_check_mark_has_the_points_of_its_test(small: CourseFolder) -> None:
    text = GOOD.replace("### END HIDDEN TESTS\n", "### END HIDDEN TESTS\ncheck.mark(4, 1.0)\n")
    small.script("small").write_text(text, encoding="utf-8")

    with pytest.raises(BuildError, match=r"cell `test_double`: points do not add up: points=3"):
        build(small, [])


def test_a_notebook_that_was_not_generated_is_not_replaced(small: CourseFolder) -> None:
    own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a_day_of_work = 1")])
    small.source("small").parent.mkdir()
    nbformat.write(own, small.source("small"))

    with pytest.raises(BuildError, match=r"small\.py and .*small\.ipynb: the notebook was not"):
        build(small, [])


@pytest.mark.parametrize("other", ["Small", "lesson"])
def test_two_scripts_that_write_one_file_are_refused(small: CourseFolder, other: str) -> None:
    (small.root / "course" / "lessons").mkdir(parents=True)
    text = GOOD.replace("double", "triple").replace("-small-", f"-{other}-")
    small.script(other).write_text(text, encoding="utf-8")

    with pytest.raises(BuildError, match=rf"solutions/{other}\.py and .*Rename"):
        build(small, [other])


def test_a_gap_of_two_assignments_is_refused(small: CourseFolder) -> None:
    text = GOOD.replace("-small-", "-other-")
    small.script("other").write_text(text, encoding="utf-8")

    with pytest.raises(BuildError, match=r"solutions/other\.py, cell `double`: solutions/small"):
        build(small, ["other"])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("return 2 * number", "return 3 * number", "cell `test_double`: the reference solution"),
        ("double(5), 10)", "double(5), 11)", "cell `test_double`: the reference solution"),
        ("# # A small exercise", "# # A\n\n# %%\nundefined", "cell 2: the cell fails: NameError"),
        (
            "### END HIDDEN TESTS\n",
            "### END HIDDEN TESTS\ncheck.mark(3, 0.5)\n",
            "it earns: 1.5 of 3",
        ),
    ],
)
def test_a_reference_that_fails_its_own_test_is_refused_and_nothing_is_written(
    small: CourseFolder, old: str, new: str, complaint: str
) -> None:
    assert old in GOOD
    small.script("small").write_text(GOOD.replace(old, new), encoding="utf-8")
    before = files_in(small.root)

    status, printed = invoke_autograder("build", "--course", small.root)

    assert status == 2
    assert complaint in printed
    assert "\n" not in printed.strip()
    assert "autograder build small" in printed
    assert files_in(small.root) == before


def test_a_script_that_is_not_text_is_refused_by_name(small: CourseFolder) -> None:
    small.script("small").write_bytes(b"\xff\xfe\x00 not text")

    with pytest.raises(BuildError, match=r"small\.py can't be read"):
        build(small, ["small"])


def test_a_bank_that_is_missing_is_refused_by_name(small: CourseFolder) -> None:
    small.script("small").write_text('# %% questions="nowhere.md"\n', encoding="utf-8")

    with pytest.raises(CourseError, match=r"nowhere\.md"):
        build(small, ["small"])


def test_a_check_mark_may_end_a_test(small: CourseFolder) -> None:
    text = GOOD.replace("### END HIDDEN TESTS\n", "### END HIDDEN TESTS\ncheck.mark(3, 1.0)\n")
    small.script("small").write_text(text, encoding="utf-8")

    require_contract("small", read_script(small.script("small")))


def test_a_full_disk_leaves_the_old_files_and_no_others(
    small: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(build(small, ["small"]))
    before = files_in(small.root)
    small.script("small").write_text(GOOD.replace("small exercise", "tiny one"), encoding="utf-8")
    before["solutions/small.py"] = small.script("small").read_bytes()
    files = build(small, ["small"])
    written: list[Path] = []
    write_bytes = Path.write_bytes

    def fill_up(path: Path, content: bytes) -> int:
        if written:
            write_bytes(path, content[:10])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    with pytest.raises(BuildError, match=r"No space left.*nothing was changed.*Free the disk"):
        publish(files)

    assert written, "the disk filled up before the first file, so nothing was proven"
    assert files_in(small.root) == before


def test_a_full_disk_while_generating_is_told_in_one_line(
    small: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_up(path: Path, *_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_text", fill_up)
    before = files_in(small.root)

    with pytest.raises(BuildError, match="No space left on device") as refusal:
        build(small, ["small"])

    assert "\n" not in str(refusal.value)
    assert files_in(small.root) == before


def test_a_place_that_cannot_be_written_is_told_in_one_line(small: CourseFolder) -> None:
    files = build(small, ["small"])
    small.exercises.write_text("a file where a folder belongs")
    before = files_in(small.root)

    with pytest.raises(BuildError, match=r"can't be written .*; nothing was changed") as refusal:
        publish(files)

    assert str(small.exercises) in str(refusal.value)
    assert files_in(small.root) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_in_one_line(small: CourseFolder) -> None:
    files = build(small, ["small"])
    before = files_in(small.root)
    small.root.chmod(0o555)
    try:
        with pytest.raises(BuildError, match="nothing was changed"):
            publish(files)
    finally:
        small.root.chmod(0o755)

    assert files_in(small.root) == before


def test_nothing_stays_behind_in_the_temporary_folder(
    small: CourseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    build(small, ["small"])

    assert list(scratch.iterdir()) == []


def test_an_unknown_assignment_exits_with_2_and_names_the_known(small: CourseFolder) -> None:
    result = run_command("autograder", "build", "nonsense", cwd=small.root)

    assert result.returncode == 2
    assert result.stdout == ""
    assert re.fullmatch(
        r"Error: There is no assignment called 'nonsense'\. Choose from: small\.\n", result.stderr
    )


def test_a_folder_that_is_no_course_exits_with_2_and_one_line(tmp_path: Path) -> None:
    result = run_command("autograder", "build", cwd=tmp_path)

    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "--course DIR" in result.stderr


def test_build_check_changes_nothing_and_names_what_is_out_of_date(small: CourseFolder) -> None:
    before = files_in(small.root)

    result = run_command("autograder", "build", "small", "--check", cwd=small.root)

    assert result.returncode == 2
    assert "exercises/small/small.ipynb" in result.stderr
    assert "autograder build" in result.stderr
    assert files_in(small.root) == before


def test_build_writes_and_then_check_is_content(small: CourseFolder) -> None:
    built = run_command("autograder", "build", "small", cwd=small.root)
    checked = run_command("autograder", "build", "small", "--check", cwd=small.root)

    assert (built.returncode, checked.returncode) == (0, 0), built.stderr + checked.stderr
    assert "wrote exercises/small/small.ipynb" in built.stdout
    assert small.release("small").is_file()


def test_a_hidden_test_is_kept_in_the_source_and_left_out_of_the_release(
    small: CourseFolder,
) -> None:
    files = build(small, ["small"])

    assert b"CANARY-HIDDEN-small-double" in files[small.source("small")]
    assert b"CANARY" not in files[small.release("small")]
    assert b"2 * number" not in files[small.release("small")]
    assert release.DEFAULT_SEED == 0


@pytest.mark.parametrize("points", [-3, float("inf"), "2", True], ids=str)
def test_a_written_notebook_s_test_with_points_that_are_none_is_refused(
    tmp_path: Path, course: CourseFolder, points: object
) -> None:
    notebook = nbformat.read(course.source("reshape"), as_version=4)
    cell = next(one for one in notebook.cells if mark_of(one).is_test)
    cell.metadata.nbgrader.points = points
    path = tmp_path / "reshape.ipynb"
    nbformat.write(notebook, path)

    with pytest.raises(BuildError, match=f"{mark_of(cell).grade_id}' has .* points. Points are 0"):
        read_notebook(path)
