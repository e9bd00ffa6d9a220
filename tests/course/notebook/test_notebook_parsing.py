"""Whatever bytes are handed in, parsing gives plain cells or one line that says what is wrong."""

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import ROOT

from autograder.ingest.intake import released_texts, take_in
from course.notebook.parsing import parse_notebook, read_cells
from course.notebook.rejecting import Rejected

RELEASE = (ROOT / "exercises" / "reshape" / "reshape.ipynb").read_bytes()
SOURCE = nbformat.read(ROOT / "solutions" / "reshape" / "reshape.ipynb", as_version=4)


def notebook(*cells: Any, **fields: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | fields


def code(source: Any, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []} | fields


def parsed(document: Any) -> Any:
    return parse_notebook(json.dumps(document).encode())


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


KERNEL_R = {"kernelspec": {"name": "ir", "language": "R"}, "language_info": {"name": "R"}}
CORRUPT = {
    "truncated": (RELEASE[:-200], "not JSON (line"),
    "empty": (b"", "is empty"),
    "only blanks": (b"\n \t", "is empty"),
    "only zeros": (bytes(1000), "is empty"),
    "not UTF-8": (RELEASE + b"\xff", "not UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    "text": (b"hello", "not JSON"),
    "a list": (b"[]", "its JSON is a list"),
    "deep nesting": (b"[" * 500_000, "nested too deeply"),
    "deep closed nesting": (b'{"a":' * 100_000 + b"0" + b"}" * 100_000, "nested too deeply"),
    "giant integer": (b'{"nbformat": ' + b"9" * 10_000 + b"}", "a number of 10000 digits"),
    "NaN for the version": (b'{"nbformat": NaN, "cells": []}', "no version"),
}
MALFORMED = {
    "nbformat 99": (notebook(nbformat=99), "nbformat 99, newer"),
    "nbformat 2": (notebook(nbformat=2), "nbformat 2, older"),
    "nbformat true": (notebook(nbformat=True), "no version"),
    "no nbformat": (without(notebook(), "nbformat"), "no version"),
    "no cells": (without(notebook(), "cells"), "'cells' is missing"),
    "cells an object": (notebook(cells={}), "'cells' is an object, not a list"),
    "R kernel": (notebook(metadata=KERNEL_R), "kernel is 'R', not Python"),
    "R by name": (notebook(metadata={"kernelspec": {"name": "ir"}}), "kernel is 'ir'"),
    "Julia by name": (
        notebook(metadata={"kernelspec": {"name": "julia-1.10"}}),
        "kernel is 'julia-1.10'",
    ),
    "too many cells": (notebook(*[code("")] * 10_001), "10,001 cells"),
    "too much source": (notebook(*[code("a" * 9999)] * 101), "characters; at most"),
    "worksheets missing": (notebook(nbformat=3), "'worksheets' is missing"),
    "worksheet a number": (notebook(nbformat=3, worksheets=[1]), "a worksheet is a number"),
}


@pytest.mark.parametrize(("content", "expected"), CORRUPT.values(), ids=CORRUPT)
def test_corrupt_files_are_refused_with_a_reason(content, expected):
    with pytest.raises(Rejected) as caught:
        parse_notebook(content)
    assert expected in caught.value.reason
    assert caught.value.reason.isprintable()
    assert len(caught.value.reason) < 250


@pytest.mark.parametrize(("document", "expected"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_notebooks_are_refused_with_a_reason(document, expected):
    with pytest.raises(Rejected) as caught:
        parsed(document)
    assert expected in caught.value.reason


@pytest.mark.parametrize(("content", "expected"), CORRUPT.values(), ids=CORRUPT)
def test_a_corrupt_file_is_that_students_result(content, expected):
    intake = take_in(content, "reshape", SOURCE, released_texts(SOURCE))

    assert expected in intake.reason
    assert intake.rebuilt is None


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_released_notebook_is_read_in_any_unicode_encoding(encoding):
    cells = parse_notebook(RELEASE.decode().encode(encoding)).cells

    released = nbformat.reads(RELEASE.decode(), as_version=4).cells
    assert [(c.cell_type, c["id"], c.source) for c in cells] == [
        (c.cell_type, c["id"], c.source) for c in released
    ]
    assert [c.metadata.get("nbgrader") for c in cells] == [
        c.metadata.get("nbgrader") for c in released
    ]


def test_outputs_attachments_and_other_metadata_are_dropped():
    document = notebook(
        code("1", outputs=[{"text": "x" * 10_000}], execution_count=3, attachments={"a": {}}),
        metadata={"widgets": {"a": 1}, "kernelspec": {"name": "python3"}},
    )
    document["cells"][0]["metadata"] = {"trusted": True, "convpool": {"origin": "source"}}

    read = parsed(document)

    assert dict(read.cells[0]) == {"cell_type": "code", "metadata": {}, "source": "1"}
    assert read.metadata == {}


def test_the_schema_version_of_a_mark_is_not_believed():
    mark = {"grade_id": "scale_pixels", "schema_version": 999, "solution": True, "more": [1]}

    cell = parsed(notebook(code("", metadata={"nbgrader": mark}))).cells[0]

    assert cell.metadata.nbgrader == without(mark, "more")


@pytest.mark.parametrize("metadata", [None, [], "x", {"nbgrader": 3}, {"nbgrader": None}])
def test_malformed_metadata_of_a_cell_is_dropped(metadata):
    assert parsed(notebook(code("1", metadata=metadata))).cells[0].metadata == {}


@pytest.mark.parametrize("metadata", [None, [], {"kernelspec": []}, {"language_info": {"name": 3}}])
def test_a_notebook_that_names_no_language_is_python(metadata):
    assert parsed(notebook(code("1"), metadata=metadata)).cells[0].source == "1"


def test_any_python_kernel_is_accepted():
    metadata = {
        "kernelspec": {"name": "conda-env-tf-py", "language": "python"},
        "language_info": {"name": "ipython"},
    }
    assert parsed(notebook(metadata=metadata)).cells == []


@pytest.mark.parametrize(
    "name", ["denoising", "sqlenv", "rubyvenv", "julia_course", "goat", "irene"]
)
@pytest.mark.parametrize("declared", [{}, {"language": "python"}])
def test_the_name_of_a_kernel_is_no_language(name, declared):
    metadata = {"kernelspec": {"name": name, **declared}}

    assert parsed(notebook(code("1"), metadata=metadata)).cells[0].source == "1"


def test_the_language_that_ran_a_notebook_decides():
    ran = {"kernelspec": {"name": "bash"}, "language_info": {"name": "python"}}

    assert parsed(notebook(code("1"), metadata=ran)).cells[0].source == "1"
    with pytest.raises(Rejected, match="'bash'"):
        parsed(notebook(metadata={"kernelspec": {"name": "python3", "language": "bash"}}))


PICTURE = "iVBORw0KGgo=" * 2_500_000  # 30 MB


@pytest.mark.parametrize(
    "heavy",
    [
        code("a = 1", outputs=[{"output_type": "display_data", "data": {"image/png": PICTURE}}]),
        code("a = 1", cell_type="markdown", attachments={"a.png": {"image/png": PICTURE}}),
        code("a = 1", metadata={"widgets": {"state": [PICTURE, "]}"]}}),
    ],
    ids=["outputs", "attachments", "widgets"],
)
def test_limits_count_neither_outputs_nor_pictures(heavy):
    read = read_cells(json.dumps(notebook(heavy, code("b = 2"))).encode())

    assert [cell.source for cell in read.notebook.cells] == ["a = 1", "b = 2"]
    assert read.notes == ("30 MB of outputs and pictures were not read.",)


def test_a_large_notebook_of_lists_is_refused_before_it_takes_memory():
    flood = b'{"nbformat": 4, "cells": [' + b"[]," * 8_000_000 + b"[]]}"

    with pytest.raises(Rejected, match="more values"):
        parse_notebook(flood)


def test_a_large_notebook_that_is_cut_off_is_refused():
    whole = json.dumps(notebook(code("a", outputs=[{"data": {"image/png": PICTURE}}]))).encode()

    with pytest.raises(Rejected, match="not JSON"):
        parse_notebook(whole[:-400])


def test_large_pictures_in_a_text_are_left_out_and_noted():
    uri = "data:image/png;base64," + PICTURE[:2_000_000]
    read = read_cells(
        json.dumps(
            notebook(code(f"![a]({uri}) b", cell_type="markdown"), code(uri[:3000]))
        ).encode()
    )

    assert [cell.source for cell in read.notebook.cells] == ["![a](data:,) b", uri[:3000]]
    assert read.notes == ("1 picture(s) in text cells were not read.",)


@pytest.mark.parametrize(
    ("odd", "expected", "note"),
    [
        (7, [], "Cell 1 is a number; it was left out."),
        (None, [], "Cell 1 is missing or null; it was left out."),
        (
            code("a", cell_type="heading"),
            [("raw", "a")],
            "Cell 1 has the unknown type 'heading'; it was read as text.",
        ),
        (
            code("a", cell_type=[]),
            [("raw", "a")],
            "Cell 1 has the unknown type []; it was read as text.",
        ),
        (
            without(code(""), "source"),
            [("code", "")],
            "Cell 1 has a source that is missing or null, not text; it was read as empty.",
        ),
        (
            code(["a", 3]),
            [("code", "")],
            "Cell 1 has a source that is a list, not text; it was read as empty.",
        ),
    ],
)
def test_what_can_be_read_beside_a_damaged_cell_is_read(odd, expected, note):
    read = read_cells(json.dumps(notebook(odd, code("b = 2"))).encode())

    cells = [(cell.cell_type, cell.source) for cell in read.notebook.cells]
    assert cells == [*expected, ("code", "b = 2")]
    assert read.notes == (note,)


def test_of_a_key_that_is_there_twice_the_last_value_is_read_as_in_jupyterlab():
    cells = json.dumps([code("b = 2")]).encode()

    read = read_cells(b'{"nbformat": 4, "cells": [], "cells": ' + cells + b"}")

    assert [cell.source for cell in read.notebook.cells] == ["b = 2"]
    assert read.notes == ("An object has the key 'cells' twice; the last one was read.",)


def test_many_notes_are_counted():
    read = read_cells(json.dumps(notebook(*[7] * 50)).encode())

    assert len(read.notes) == 21
    assert read.notes[-1] == "… and 30 more notes like these."


def test_windows_text_is_read_and_noted():
    content = json.dumps(notebook(code("# größer")), ensure_ascii=False).encode("cp1252")

    read = read_cells(content)

    assert read.notebook.cells[0].source == "# größer"
    assert "Windows-1252" in read.notes[0]


def test_thousands_of_cells_are_read():
    assert len(parsed(notebook(*[code("1")] * 3000)).cells) == 3000


def test_saved_runs_are_kept_where_they_are_asked_for():
    outputs = [{"output_type": "stream", "text": ["✓ a", ": right."]}, {"output_type": 3}, None]
    content = json.dumps(notebook(code("1", outputs=outputs, execution_count=4))).encode()

    cell = read_cells(content, with_runs=True).notebook.cells[0]

    assert cell.execution_count == 4
    assert cell.outputs == [{"output_type": "stream", "text": "✓ a: right."}]


def test_numbers_that_json_does_not_know_may_stand_in_outputs():
    text = json.dumps(notebook(code("1", outputs=[{"data": [float("nan"), float("inf")]}])))

    assert "NaN" in text
    assert parse_notebook(text.encode()).cells[0].source == "1"


def test_sources_may_be_lists_and_have_any_line_ends():
    cells = parsed(notebook(code(["a = 1\r\n", "b = 2\r", "c = 3"]), code("x\r\ny"))).cells

    assert [cell.source for cell in cells] == ["a = 1\nb = 2\nc = 3", "x\ny"]


def test_half_a_character_pair_can_be_written_afterwards():
    cell = parse_notebook(
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\\ud800b", "id": "\\ud800"}]}'
    ).cells[0]

    assert cell.source == "a\ufffdb"
    assert "id" not in cell


def test_version_3_is_brought_to_version_4():
    old = nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_code_cell(input="a = 1", metadata={"nbgrader": {"x": 1}}),
                    nbformat.v3.new_text_cell("markdown", source="text"),
                    nbformat.v3.new_heading_cell(source="title"),
                ]
            )
        ]
    )

    cells = parse_notebook(nbformat.v3.writes_json(old).encode()).cells

    assert [(c.cell_type, c.source) for c in cells] == [
        ("code", "a = 1"),
        ("markdown", "text"),
        ("markdown", "title"),
    ]
    assert cells[0].metadata.nbgrader == {"x": 1}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON_VALUES,
        "source": st.text() | st.lists(st.text(max_size=3)) | JSON_VALUES,
        "metadata": st.fixed_dictionaries({"nbgrader": JSON_VALUES}) | JSON_VALUES,
        "id": JSON_VALUES,
        "input": JSON_VALUES,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4]) | JSON_VALUES, "cells": st.lists(CELLS, max_size=4)},
    optional={
        "metadata": JSON_VALUES,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(CELLS)}) | JSON_VALUES),
    },
)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_any_json_gives_cells_or_a_reason(document):
    try:
        read = parsed(document)
    except Rejected as rejected:
        assert rejected.reason.isprintable()
    else:
        json.dumps(read).encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=50), st.integers(0, len(RELEASE)), st.integers(0, 20))
def test_any_damage_gives_cells_or_a_reason(noise, start, length):
    try:
        parse_notebook(RELEASE[:start] + noise + RELEASE[start + length :])
    except Rejected as rejected:
        assert rejected.reason
