"""Whatever bytes are handed in, parsing gives plain cells or one line that says what is wrong."""

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import ROOT

from autograder.ingest.intake import take_in
from course.notebook.parsing import Rejected, parse_notebook

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
    "UTF-16": (RELEASE.decode().encode("utf-16"), "not UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    "text": (b"hello", "not JSON"),
    "a list": (b"[]", "its JSON is a list"),
    "deep nesting": (b"[" * 500_000, "nested too deeply"),
    "deep closed nesting": (b'{"a":' * 100_000 + b"0" + b"}" * 100_000, "nested too deeply"),
    "duplicate key": (b'{"nbformat": 4, "cells": [], "cells": []}', "'cells' twice"),
    "giant integer": (b'{"nbformat": ' + b"9" * 10_000 + b"}", "a number of 10000 digits"),
    "NaN for the version": (b'{"nbformat": NaN, "cells": []}', "no version"),
    "too large": (b" " * 20_000_001, "larger than 20 MB"),
}
MALFORMED = {
    "nbformat 99": (notebook(nbformat=99), "nbformat 99, newer"),
    "nbformat 2": (notebook(nbformat=2), "nbformat 2, older"),
    "nbformat true": (notebook(nbformat=True), "no version"),
    "no nbformat": (without(notebook(), "nbformat"), "no version"),
    "no cells": (without(notebook(), "cells"), "'cells' is missing"),
    "cells an object": (notebook(cells={}), "'cells' is an object, not a list"),
    "cell a number": (notebook(7), "cell 1 is a number"),
    "unknown type": (notebook(code("1"), code("", cell_type="heading")), "cell 2 has the unknown"),
    "type a list": (notebook(code("", cell_type=[])), "unknown type"),
    "no source": (notebook(without(code(""), "source")), "source that is missing or null"),
    "source a number": (notebook(code(3)), "source that is a number"),
    "source mixed": (notebook(code(["a", 3])), "source that is a list"),
    "R kernel": (notebook(metadata=KERNEL_R), "kernel is 'R', not Python"),
    "R by name": (notebook(metadata={"kernelspec": {"name": "ir"}}), "kernel is 'ir'"),
    "too many cells": (notebook(*[code("")] * 1001), "1001 cells"),
    "too much source": (notebook(*[code("a" * 9999)] * 101), "characters; at most"),
    "worksheets missing": (notebook(nbformat=3), "'worksheets' is missing"),
    "worksheet a number": (notebook(nbformat=3, worksheets=[1]), "a worksheet is a number"),
    "version 3 without input": (
        notebook(nbformat=3, worksheets=[{"cells": [{"cell_type": "code"}]}]),
        "cell 1 has a source that is missing",
    ),
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
def test_a_corrupt_file_is_that_students_result(content, expected, tmp_path):
    folder = tmp_path / "submitted" / "eve" / "reshape"
    folder.mkdir(parents=True)
    (folder / "reshape.ipynb").write_bytes(content)

    intake = take_in(folder.parent, "reshape", SOURCE)

    assert expected in intake.reason
    assert intake.rebuilt is None


@pytest.mark.parametrize("byte_order_mark", [b"", b"\xef\xbb\xbf"])
def test_a_released_notebook_is_read(byte_order_mark):
    cells = parse_notebook(byte_order_mark + RELEASE).cells

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
