"""The graded notebook has the source's locked and test cells, and all of the student's work."""

import copy
import json
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from support.contract import ASSIGNMENTS
from support.places import ROOT
from support.rebuilding import rebuild

from autograder.ingest.attempt_rules import KINDS
from course.notebook.parsing import parse_notebook
from course.notebook.rebuild import Rebuilt
from course.notebook.recognizing import require_assignment
from course.notebook.rejecting import Rejected

ANSWER = "def scale_pixels(images):\n    return images / 255.0"
OLDER = "def scale_pixels(images):\n    return images / 256"


def read(kind: str, assignment: str) -> NotebookNode:
    return nbformat.read(ROOT / kind / assignment / f"{assignment}.ipynb", as_version=4)


SOURCES = {name: read("solutions", name) for name in ASSIGNMENTS}
RELEASES = {name: read("exercises", name) for name in ASSIGNMENTS}
SOURCE = SOURCES["reshape"]


@pytest.fixture
def handed_in() -> NotebookNode:
    return copy.deepcopy(RELEASES["reshape"])


def cell_of(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.get("id") == cell_id)


def place_of(notebook: NotebookNode, cell_id: str) -> int:
    return [cell.get("id") for cell in notebook.cells].index(cell_id)


def insert(notebook: NotebookNode, after: str, *cells: NotebookNode) -> None:
    place = place_of(notebook, after) + 1
    notebook.cells[place:place] = cells


def rebuilt(submitted: NotebookNode, source: NotebookNode = SOURCE) -> Rebuilt:
    """Rebuild what goes through the parser, and check what holds for every rebuilt notebook."""
    result = rebuild(source, parse_notebook(json.dumps(submitted).encode()))
    nbformat.validate(result.notebook)
    assert fixed(result.notebook) == fixed(source)
    assert {flag.kind for flag in result.flags} <= set(KINDS)
    return result


def fixed(notebook: NotebookNode) -> list[tuple[Any, ...]]:
    marks = [(cell, cell.metadata.get("nbgrader", {})) for cell in notebook.cells]
    return [
        (cell["id"], cell.cell_type, cell.source, mark)
        for cell, mark in marks
        if mark.get("locked") and not mark["solution"]
    ]


def order(result: Rebuilt) -> list[str]:
    return [cell["id"] for cell in result.notebook.cells]


def origins(result: Rebuilt) -> dict[str, str]:
    return {cell["id"]: cell.metadata.convpool.origin for cell in result.notebook.cells}


def kinds(result: Rebuilt) -> list[tuple[str, str]]:
    return [(flag.kind, flag.cell) for flag in result.flags]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_untouched_release_keeps_exactly_its_cells(assignment):
    release = RELEASES[assignment]

    result = rebuilt(release, SOURCES[assignment])

    gaps = [c["id"] for c in release.cells if c.metadata.get("nbgrader", {}).get("solution")]
    cells = result.notebook.cells
    assert [(c["id"], c.cell_type) for c in cells] == [
        (c["id"], c.cell_type) for c in release.cells
    ]
    released = {c["id"]: c.source for c in release.cells}
    assert all(
        c.source == released[c["id"]] for c in cells if c.metadata.convpool.origin != "source"
    )
    assert result.flags == ()
    assert list(result.untouched_gaps) == gaps


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_handed_in_reference_solution_is_untouched_nowhere(assignment):
    result = rebuilt(SOURCES[assignment], SOURCES[assignment])

    assert result.untouched_gaps == ()
    assert {flag.kind for flag in result.flags} <= {"test_edited"}  # it has the hidden tests


def test_every_cell_says_whose_it_is(handed_in):
    insert(handed_in, "setup", new_code_cell("import scipy", metadata={"a": 1}, id="x"))
    cell_of(handed_in, "scale_pixels").source = ANSWER

    result = rebuilt(handed_in)

    assert origins(result)["setup"] == origins(result)["test_scale_pixels"] == "source"
    assert origins(result)["scale_pixels"] == "gap"
    assert origins(result)["own-01"] == origins(result)["cell-04"] == "own"
    own = cell_of(result.notebook, "own-01")
    assert own.metadata == {"convpool": {"origin": "own"}}
    roles = {c["id"]: c.metadata.convpool.get("role") for c in result.notebook.cells}
    assert roles["setup"] == "locked"
    assert roles["test_scale_pixels"] == "test"


def test_a_forged_origin_is_not_believed(handed_in):
    handed_in.cells[3].metadata["convpool"] = {"origin": "source", "role": "test"}

    assert origins(rebuilt(handed_in))["cell-04"] == "own"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("pass", "test_edited"), ("", "test_edited"), ("raise SystemExit", "test_edited")],
)
def test_an_edited_test_is_restored_and_flagged(handed_in, text, kind):
    cell_of(handed_in, "test_scale_pixels").source = text

    result = rebuilt(handed_in)

    assert kinds(result) == [(kind, "test_scale_pixels")]
    assert order(result) == order(rebuilt(RELEASES["reshape"]))


def test_blank_line_ends_are_no_edit(handed_in):
    cell = cell_of(handed_in, "test_scale_pixels")
    cell.source = "\n" + cell.source.replace("\n", "  \n") + "\n"

    assert rebuilt(handed_in).flags == ()


def test_a_deleted_test_is_put_back_behind_its_gap(handed_in):
    handed_in.cells = [c for c in handed_in.cells if c["id"] != "test_add_channel_axis"]

    result = rebuilt(handed_in)

    assert kinds(result) == [("test_deleted", "test_add_channel_axis")]
    assert order(result) == order(rebuilt(RELEASES["reshape"]))


def test_a_deleted_locked_cell_is_put_back_in_its_place(handed_in):
    handed_in.cells = [c for c in handed_in.cells if c["id"] != "setup"]

    result = rebuilt(handed_in)

    assert kinds(result) == [("locked_deleted", "setup")]
    assert order(result)[:3] == ["cell-01", "colab", "setup"]


def test_all_tests_deleted_come_back_in_their_places(handed_in):
    handed_in.cells = [c for c in handed_in.cells if not c["id"].startswith("test_")]

    assert order(rebuilt(handed_in)) == order(rebuilt(RELEASES["reshape"]))


def test_copies_of_a_test_are_dropped_or_the_students_own(handed_in):
    test = cell_of(handed_in, "test_scale_pixels")
    plain = copy.deepcopy(test)
    changed = copy.deepcopy(test)
    plain["id"], changed["id"] = "plain", "changed"
    changed.source = "scale_pixels(train_images[:2])"
    insert(handed_in, "setup", changed, plain)

    result = rebuilt(handed_in)

    assert kinds(result) == [("test_duplicated", "test_scale_pixels")]
    assert [c.source for c in result.notebook.cells].count(changed.source) == 1
    assert order(result).count("test_scale_pixels") == 1
    assert place_of(result.notebook, "test_scale_pixels") > place_of(
        result.notebook, "scale_pixels"
    )


def test_a_test_copied_as_a_plain_cell_stays_the_students_own(handed_in):
    text = cell_of(handed_in, "test_scale_pixels").source
    insert(handed_in, "test_scale_pixels", new_code_cell(text, id="mine"))

    result = rebuilt(handed_in)

    assert cell_of(result.notebook, "own-01").source == text
    assert result.flags == ()


def test_a_test_moved_to_the_end_goes_back_behind_its_gap(handed_in):
    handed_in.cells.append(handed_in.cells.pop(place_of(handed_in, "test_scale_pixels")))

    result = rebuilt(handed_in)

    assert kinds(result) == [("test_moved", "test_scale_pixels")]
    assert order(result) == order(rebuilt(RELEASES["reshape"]))


def test_a_test_moved_to_the_front_stands_behind_its_gap(handed_in):
    handed_in.cells.insert(0, handed_in.cells.pop(place_of(handed_in, "test_scale_pixels")))

    result = rebuilt(handed_in)

    assert kinds(result) == [("test_moved", "test_scale_pixels")]
    assert order(result) == order(rebuilt(RELEASES["reshape"]))


@pytest.mark.parametrize("cell_type", ["markdown", "raw"])
def test_a_retyped_test_is_code_again(handed_in, cell_type):
    cell_of(handed_in, "test_scale_pixels").cell_type = cell_type

    assert kinds(rebuilt(handed_in)) == [("test_retyped", "test_scale_pixels")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("grade", False), ("points", 1000), ("locked", False), ("solution", True), ("points", "4")],
)
def test_a_test_with_other_settings_keeps_the_sources(handed_in, setting, value):
    cell_of(handed_in, "test_scale_pixels").metadata.nbgrader[setting] = value

    result = rebuilt(handed_in)

    assert kinds(result) == [("test_reflagged", "test_scale_pixels")]
    assert repr(value) in result.flags[0].evidence


def test_a_renamed_test_is_found_by_its_id(handed_in):
    cell_of(handed_in, "test_scale_pixels").metadata.nbgrader.grade_id = "harmless"

    result = rebuilt(handed_in)

    assert order(result) == order(rebuilt(RELEASES["reshape"]))
    assert kinds(result) == [("marks_lost", "")]


def test_an_answer_stays_in_its_gap(handed_in):
    cell_of(handed_in, "scale_pixels").source = ANSWER

    result = rebuilt(handed_in)

    assert cell_of(result.notebook, "scale_pixels").source == ANSWER
    assert result.untouched_gaps == ("add_channel_axis",)
    assert result.flags == ()


def test_lost_marks_are_made_good_by_ids(handed_in):
    cell_of(handed_in, "scale_pixels").source = ANSWER
    for cell in handed_in.cells:
        cell.metadata = {}

    result = rebuilt(handed_in)

    assert order(result) == order(rebuilt(RELEASES["reshape"]))
    assert cell_of(result.notebook, "scale_pixels").source == ANSWER
    assert kinds(result) == [("marks_lost", "")]


def test_lost_marks_and_ids_are_made_good_by_names_and_texts(handed_in):
    cell_of(handed_in, "scale_pixels").source = f"%%time\nimport math\n\n{ANSWER}"
    for cell in handed_in.cells:
        cell.metadata = {}
        del cell["id"]

    result = rebuilt(handed_in)

    assert len(result.notebook.cells) == len(RELEASES["reshape"].cells)
    assert cell_of(result.notebook, "scale_pixels").source.endswith(ANSWER)
    assert "gap_deleted" not in {flag.kind for flag in result.flags}
    assert ("gap_found_by_name", "scale_pixels") in kinds(result)


def test_two_gaps_in_one_cell_are_tested_behind_it(handed_in):
    both = ANSWER + "\n\ndef add_channel_axis(images):\n    return images[..., None]"
    handed_in.cells = [c for c in handed_in.cells if c["id"] not in ("scale_pixels",)]
    cell_of(handed_in, "add_channel_axis").source = both

    result = rebuilt(handed_in)

    ids = order(result)
    assert ids.index("test_scale_pixels") > ids.index("add_channel_axis")
    assert "scale_pixels" not in ids
    assert kinds(result) == [("gap_deleted", "scale_pixels")]


def test_a_deleted_gap_is_flagged_and_its_test_stays(handed_in):
    handed_in.cells = [c for c in handed_in.cells if c["id"] != "scale_pixels"]

    result = rebuilt(handed_in)

    assert "scale_pixels" not in order(result)
    assert "test_scale_pixels" in order(result)
    assert kinds(result) == [("gap_deleted", "scale_pixels")]


def test_an_answer_in_a_cell_of_ones_own_counts(handed_in):
    insert(handed_in, "scale_pixels", new_code_cell(ANSWER, id="mine"))

    result = rebuilt(handed_in)

    ids = order(result)
    assert ids.index("scale_pixels") < ids.index("own-01") < ids.index("test_scale_pixels")
    assert "scale_pixels" not in result.untouched_gaps


@pytest.mark.parametrize("stub_first", [True, False])
def test_an_untouched_copy_of_a_gap_does_not_overwrite_the_answer(handed_in, stub_first):
    stub = copy.deepcopy(cell_of(handed_in, "scale_pixels"))
    stub["id"] = "copied"
    place = place_of(handed_in, "scale_pixels") + (0 if stub_first else 1)
    cell_of(handed_in, "scale_pixels").source = ANSWER
    handed_in.cells.insert(place, stub)

    result = rebuilt(handed_in)

    assert cell_of(result.notebook, "scale_pixels").source == ANSWER
    assert order(result) == order(rebuilt(RELEASES["reshape"]))
    assert kinds(result) == [("gap_duplicated", "scale_pixels")]


def test_of_two_answers_the_later_one_holds_the_gap_and_both_run_in_order(handed_in):
    later = copy.deepcopy(cell_of(handed_in, "scale_pixels"))
    later["id"], later.source = "copied", ANSWER
    cell_of(handed_in, "scale_pixels").source = OLDER
    insert(handed_in, "scale_pixels", later)

    result = rebuilt(handed_in)

    ids = order(result)
    assert cell_of(result.notebook, "scale_pixels").source == ANSWER
    assert cell_of(result.notebook, "own-01").source == OLDER
    assert ids.index("own-01") < ids.index("scale_pixels") < ids.index("test_scale_pixels")


def test_an_attempt_kept_below_the_test_is_not_what_the_test_sees(handed_in):
    backup = copy.deepcopy(cell_of(handed_in, "scale_pixels"))
    backup["id"], backup.source = "copied", OLDER
    cell_of(handed_in, "scale_pixels").source = ANSWER
    insert(handed_in, "test_scale_pixels", backup)

    result = rebuilt(handed_in)

    ids = order(result)
    assert cell_of(result.notebook, "scale_pixels").source == ANSWER
    assert ids.index("test_scale_pixels") < ids.index("own-01")


def test_a_copied_gap_that_became_something_else_does_not_hold_the_gap(handed_in):
    other = copy.deepcopy(cell_of(handed_in, "scale_pixels"))
    other["id"], other.source = "copied", "print(scale_pixels(train_images[:1]).max())"
    cell_of(handed_in, "scale_pixels").source = ANSWER
    insert(handed_in, "scale_pixels", other)

    assert cell_of(rebuilt(handed_in).notebook, "scale_pixels").source == ANSWER


@pytest.mark.parametrize("cell_type", ["markdown", "raw"])
def test_a_gap_retyped_by_accident_is_run(handed_in, cell_type):
    gap = cell_of(handed_in, "scale_pixels")
    gap.source, gap.cell_type = ANSWER, cell_type

    result = rebuilt(handed_in)

    assert cell_of(result.notebook, "scale_pixels").cell_type == "code"
    assert cell_of(result.notebook, "scale_pixels").source == ANSWER
    assert kinds(result) == [("gap_retyped", "scale_pixels")]


def test_a_gap_moved_below_others_keeps_the_students_order(handed_in):
    gap = handed_in.cells.pop(place_of(handed_in, "scale_pixels"))
    gap.source = ANSWER
    insert(handed_in, "test_add_channel_axis", gap)

    ids = order(rebuilt(handed_in))

    assert ids.index("add_channel_axis") < ids.index("scale_pixels")
    assert ids.index("scale_pixels") < ids.index("test_scale_pixels")
    assert ids.index("test_scale_pixels") < ids.index("test_add_channel_axis")


def test_own_cells_stay_where_they_were(handed_in):
    last = handed_in.cells[-1]["id"]
    insert(handed_in, "scale_pixels", new_code_cell("between = 1"))
    insert(handed_in, "test_scale_pixels", new_markdown_cell("# thoughts"))
    handed_in.cells.insert(0, new_code_cell("%matplotlib inline"))
    handed_in.cells.append(new_code_cell(""))

    result = rebuilt(handed_in)

    ids = order(result)
    sources = [cell.source for cell in result.notebook.cells]
    assert sources[0] == "%matplotlib inline"
    assert sources[ids.index("scale_pixels") + 1] == "between = 1"
    assert sources[ids.index("test_scale_pixels") + 1] == "# thoughts"
    assert ids[-1] == last  # the empty cell is gone


def test_changed_and_deleted_free_cells_are_the_students_choice(handed_in):
    cell_of(handed_in, "cell-04").source = "print('mine')"
    handed_in.cells = [c for c in handed_in.cells if c["id"] not in ("cell-12", "cell-13")]

    result = rebuilt(handed_in)

    assert cell_of(result.notebook, "cell-04").source == "print('mine')"
    assert "cell-12" not in order(result)
    assert result.flags == ()


def test_an_import_written_into_a_locked_cell_is_not_lost(handed_in):
    cell_of(handed_in, "setup").source += "\nimport scipy"

    result = rebuilt(handed_in)

    ids = order(result)
    assert "import scipy" in cell_of(result.notebook, "own-01").source
    assert ids.index("own-01") + 1 == ids.index("setup")
    assert result.flags[0].evidence == "added: import scipy"


def test_an_answer_written_into_the_test_cell_is_not_lost(handed_in):
    cell = cell_of(handed_in, "test_scale_pixels")
    cell.source = f"{ANSWER}\n\n{cell.source}"
    handed_in.cells = [c for c in handed_in.cells if c["id"] != "scale_pixels"]

    result = rebuilt(handed_in)

    assert cell_of(result.notebook, "scale_pixels").source.startswith(ANSWER)
    assert order(result).index("scale_pixels") < order(result).index("test_scale_pixels")


def test_a_notebook_of_another_assignment_is_refused_by_its_gaps():
    with pytest.raises(Rejected, match="not the notebook of reshape: its exercises are convolve2d"):
        require_assignment("reshape", SOURCE, RELEASES["convolution"])


def test_a_notebook_with_nothing_of_the_assignment_is_refused(handed_in):
    handed_in.cells = [new_code_cell("a = 1"), cell_of(handed_in, "setup")]

    with pytest.raises(Rejected, match="none of its exercises"):
        require_assignment("reshape", SOURCE, handed_in)


def test_an_answer_without_marks_belongs_to_its_assignment():
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell(ANSWER)])

    require_assignment("reshape", SOURCE, notebook)


# Random edits: what no sequence of them may break.

TEXTS = st.sampled_from(
    [
        ANSWER,
        OLDER,
        "",
        "   ",
        "x = 1",
        "import scipy",
        "# note",
        "def helper(:",
        "%%bash\nls",
        "%a",
    ]
) | st.text(max_size=20)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            ["delete", "copy", "move", "retype", "edit", "insert", "unmark", "rename", "noid"]
        ),
        st.integers(0, 60),
        st.integers(0, 60),
        TEXTS,
    ),
    max_size=14,
)


def edited(notebook: NotebookNode, edits: list[tuple[str, int, int, str]]) -> NotebookNode:
    """Apply random edits to a copy of a notebook."""
    result = copy.deepcopy(notebook)
    cells = result.cells
    names = [cell["id"] for cell in notebook.cells]
    for action, one, other, text in edits:
        if action == "insert" or not cells:
            make = [new_code_cell, new_markdown_cell][one % 2]
            cells.insert(other % (len(cells) + 1), make(text))
            continue
        cell = cells[one % len(cells)]
        match action:
            case "delete":
                del cells[one % len(cells)]
            case "copy":
                cells.insert(other % (len(cells) + 1), copy.deepcopy(cell))
            case "move":
                del cells[one % len(cells)]
                cells.insert(other % (len(cells) + 1), cell)
            case "retype":
                cell.cell_type = ["code", "markdown", "raw"][other % 3]
            case "edit":
                cell.source = text
            case "unmark":
                cell.metadata = {}
            case "rename":
                cell.metadata["nbgrader"] = {"grade_id": names[other % len(names)], "points": 9}
            case "noid":
                cell.pop("id", None)
    return result


def claimed(cell: NotebookNode, source: NotebookNode) -> bool:
    """Whether a cell says that it is one of the source's locked or test cells, or their copy."""
    fixed_cells = [c for c in source.cells if c.metadata.get("nbgrader")]
    names = [c["id"] for c in fixed_cells]
    mark = cell.metadata.get("nbgrader", {})
    return mark.get("grade_id") in names or cell.get("id") in names


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["reshape", "cnn", "quiz"]), EDITS)
def test_random_edits_never_change_tests_and_never_lose_work(assignment, edits):
    source = SOURCES[assignment]
    submitted = parse_notebook(json.dumps(edited(RELEASES[assignment], edits)).encode())
    released = {cell.source.strip() for cell in RELEASES[assignment].cells}

    result = rebuild(source, submitted)

    nbformat.validate(result.notebook)
    assert fixed(result.notebook) == fixed(source)
    ids = order(result)
    assert len(set(ids)) == len(ids)
    texts = [cell.source for cell in result.notebook.cells]
    own = [cell.source for cell in submitted.cells if not claimed(cell, source)]
    for text in own:
        kept = texts.count(text) >= own.count(text)
        assert kept or not text.strip() or text.strip() in released
    for name in [name for name in ids if f"test_{name}" in ids]:
        assert ids.index(name) < ids.index(f"test_{name}")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["reshape", "cnn", "quiz"]), EDITS)
def test_rebuilding_a_rebuilt_notebook_changes_nothing(assignment, edits):
    source = SOURCES[assignment]
    first = rebuild(source, edited(RELEASES[assignment], edits))

    second = rebuild(source, first.notebook)

    assert second.notebook == first.notebook
    assert second.untouched_gaps == first.untouched_gaps


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
def test_the_students_cells_keep_their_order(edits):
    submitted = edited(RELEASES["reshape"], edits)
    for number, cell in enumerate(submitted.cells):
        if not claimed(cell, SOURCE):
            cell.source = f"# number {number}\n{cell.source}"

    texts = [cell.source for cell in rebuild(SOURCE, submitted).notebook.cells]

    numbers = [int(text.split()[2]) for text in texts if text.startswith("# number")]
    assert numbers == sorted(numbers)
