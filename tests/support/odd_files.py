"""Notebooks as they are handed in by accident: other encodings, kernels, formats, cells, answers.

Each is made from a notebook of right answers. What it must earn is not written here: five ways of
judging it are compared with each other.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat
from support.places import COURSE
from support.reference import reference

from autograder.build.answer_files import Answers, fill

Document = dict[str, Any]
PIXELS = "def scale_pixels(images):\n    return "
FILLER = "iVBORw0KGgo=" * 1_800_000  # 22 MB


@dataclass(frozen=True)
class OddFile:
    """One file that a student hands in."""

    name: str
    assignment: str
    content: Callable[[], bytes]
    opens: bool = True
    """Whether JupyterLab opens it, and its own cells are those that grading runs."""
    quick: bool = False
    """Whether the quick tests have it."""


def perfect(assignment: str, gaps: dict[str, str] | None = None) -> Document:
    """Return the released notebook with the reference's answers, and these in their place."""
    release = nbformat.read(COURSE.release(assignment), as_version=4)
    answers = Answers(reference(COURSE, assignment).gaps | (gaps or {}))
    document: Document = json.loads(nbformat.writes(fill(release, answers)))
    return document


def cell(document: Document, name: str) -> Document:
    found: Document = next(one for one in document["cells"] if one.get("id") == name)
    return found


def _changed(change: Callable[[Document], Any]) -> Callable[[], bytes]:
    def content() -> bytes:
        document = perfect("reshape")
        changed = change(document)
        return json.dumps(changed if isinstance(changed, dict) else document).encode()

    return content


def _encoded(encoding: str) -> Callable[[], bytes]:
    def content() -> bytes:
        document = perfect("reshape")
        cell(document, "scale_pixels")["source"] += "\n# größer"
        return json.dumps(document, ensure_ascii=False).encode(encoding, "replace")

    return content


def _text(change: Callable[[str], str]) -> Callable[[], bytes]:
    return lambda: change(json.dumps(perfect("reshape"), indent=1)).encode()


def _with(assignment: str, **gaps: str) -> Callable[[], bytes]:
    return lambda: json.dumps(perfect(assignment, gaps)).encode()


def _code(source: str, **fields: Any) -> Document:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []} | {
        "execution_count": None,
        **fields,
    }


def _prose(source: str, **fields: Any) -> Document:
    return {"cell_type": "markdown", "metadata": {}, "source": source} | fields


# Encodings and texts

_ENCODINGS = [
    OddFile(f"encoded {name}", "reshape", _encoded(name), opens=name == "utf-8", quick=quick)
    for name, quick in {
        "utf-8": False,
        "utf-8-sig": True,
        "utf-16": True,
        "utf-16-le": False,
        "utf-16-be": False,
        "utf-32": False,
        "cp1252": False,
        "cp500": False,
    }.items()
]
_TEXTS: dict[str, Callable[[str], str]] = {
    "cut off": lambda text: text[: len(text) // 2],
    "cut off at the end": lambda text: text[:-3],
    "trailing comma": lambda text: text[:-1] + ",}",
    "trailing text": lambda text: text + "\n<<<<<<< HEAD",
    "a list": lambda text: f"[{text}]",
    "empty": lambda text: "",
    "blanks": lambda text: "\n\n",
    "zeros": lambda text: "\0" * 1000,
    "a web page": lambda text: "<!DOCTYPE html><html></html>",
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CRLF in sources": lambda text: text.replace("\\n", "\\r\\n"),
    "NaN in metadata": lambda text: text.replace('"metadata": {}', '"metadata": {"a": NaN}', 1),
    "a key twice": lambda text: text.replace('"nbformat": 4', '"nbformat": 4, "nbformat": 4'),
    "single quotes": lambda text: text.replace('"', "'"),
    "a huge number": lambda text: text.replace('"nbformat_minor": 5', f'"a": {"9" * 5000}'),
}
_OPEN = ("CRLF", "CRLF in sources", "NaN in metadata", "a key twice")
_DAMAGED = [
    OddFile(name, "reshape", _text(change), opens=name in _OPEN, quick=name == "cut off")
    for name, change in _TEXTS.items()
]

# Kernels and formats


def _kernel(**metadata: Any) -> Callable[[Document], Document]:
    return lambda document: {**document, "metadata": metadata}


def _spec(name: str, language: str | None = None) -> dict[str, Any]:
    declared = {"name": name, "display_name": name}
    return declared | ({"language": language} if language else {})


def _as_version_3(document: Document) -> Document:
    notebook = nbformat.reads(json.dumps(document), as_version=4)
    for one in notebook.cells:
        if one.cell_type == "code":
            one.outputs, one.execution_count = [], None
    old: Document = json.loads(nbformat.v3.writes_json(nbformat.convert(notebook, 3)))
    return old


def _without(*keys: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for one in document["cells"]:
            for key in keys:
                one.pop(key, None)

    return change


_KERNELS: dict[str, Callable[[Document], Any]] = {
    **{
        f"kernel called {name}": _kernel(
            kernelspec=_spec(name, "python"), language_info={"name": "python"}
        )
        for name in ("denoising", "sqlenv", "rubyvenv", "julia_course", "goenv", "ir", "bash")
    },
    **{
        f"kernel {name} without a language": _kernel(kernelspec=_spec(name))
        for name in ("denoising", "python3", "ir", "julia-1.10", "xpython")
    },
    "language R": _kernel(kernelspec=_spec("ir", "R"), language_info={"name": "R"}),
    "language bash": _kernel(kernelspec=_spec("python3", "bash")),
    "ran in Python on a bash kernel": _kernel(
        kernelspec=_spec("bash", "bash"), language_info={"name": "python"}
    ),
    "language ipython": _kernel(language_info={"name": "ipython"}),
    "language Python": _kernel(language_info={"name": "Python"}),
    "no metadata": _kernel(),
    "metadata null": lambda document: {**document, "metadata": None},
    "no metadata at all": lambda document: {k: v for k, v in document.items() if k != "metadata"},
    "nbformat 3": _as_version_3,
    "nbformat 2": lambda document: {**document, "nbformat": 2},
    "nbformat 5": lambda document: {**document, "nbformat": 5},
    "no nbformat": lambda document: {k: v for k, v in document.items() if k != "nbformat"},
    "nbformat 4.0 without ids": lambda document: (
        _without("id")(document) or {**document, "nbformat_minor": 0}
    ),
    "nbformat 4.4": lambda document: {**document, "nbformat_minor": 4},
    "nbformat 4.9": lambda document: {**document, "nbformat_minor": 9},
    "no ids": _without("id"),
    "no outputs": _without("outputs", "execution_count"),
    "no metadata in cells": _without("metadata"),
}
_QUICK_KERNELS = ("kernel called rubyvenv", "language bash", "nbformat 3", "no metadata")
_NOT_OPEN = (
    *("nbformat 3", "nbformat 2", "nbformat 5", "no nbformat", "language R", "language bash"),
    *("kernel ir without a language", "kernel julia-1.10 without a language"),
)
_FORMATS = [
    OddFile(
        name,
        "reshape",
        _changed(change),
        opens=name not in _NOT_OPEN,
        quick=name in _QUICK_KERNELS,
    )
    for name, change in _KERNELS.items()
]

# Cells


def _append(*cells: Document) -> Callable[[Document], None]:
    return lambda document: document["cells"].extend(copy.deepcopy(one) for one in cells)


def _remove(*names: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["cells"] = [one for one in document["cells"] if one.get("id") not in names]

    return change


def _edit(name: str, **fields: Any) -> Callable[[Document], None]:
    return lambda document: cell(document, name).update(fields)


def _doubled(name: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place = document["cells"].index(cell(document, name))
        document["cells"].insert(place + 1, copy.deepcopy(cell(document, name)))

    return change


def _reversed(document: Document) -> None:
    tests = [one for one in document["cells"] if str(one.get("id")).startswith("test_")]
    document["cells"] = [one for one in document["cells"] if one not in tests] + tests[::-1]


def _tests_first(document: Document) -> None:
    tests = [one for one in document["cells"] if str(one.get("id")).startswith("test_")]
    document["cells"] = tests + [one for one in document["cells"] if one not in tests]


def _gap_last(document: Document) -> None:
    gap = cell(document, "scale_pixels")
    document["cells"].remove(gap)
    document["cells"].append(gap)


def _lost_marks(document: Document) -> None:
    for one in document["cells"]:
        one["metadata"] = {}


def _lost_marks_and_ids(document: Document) -> None:
    _lost_marks(document)
    _without("id")(document)


def _typed(document: Document) -> None:
    cell(document, "scale_pixels")["cell_type"] = "markdown"


def _outputs(document: Document) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": FILLER}}
    cell(document, "scale_pixels")["outputs"] = [picture]


_SAME = "opens"  # the notebook's own cells are those that grading runs
_CELLS: dict[str, tuple[Callable[[Document], None], str]] = {
    "outputs of 22 MB": (_outputs, _SAME),
    "an attachment of 22 MB": (_append(_prose("", attachments={"a": {"a": FILLER}})), _SAME),
    "a picture of 22 MB in a text": (
        _append(_prose(f"![](data:image/png;base64,{FILLER})")),
        _SAME,
    ),
    "1,200 cells": (_append(*[_code("")] * 1200), _SAME),
    "1,200 cells of text": (_append(*[_prose("note")] * 1200), _SAME),
    "a million characters of code": (_append(_code("#" * 1_100_000)), ""),
    "an unknown cell type": (_append(_code("1", cell_type="heading")), ""),
    "a cell without source": (_append({"cell_type": "code", "metadata": {}}), ""),
    "a cell that is a number": (lambda document: document["cells"].append(7), ""),
    "a test cell twice": (_doubled("test_scale_pixels"), _SAME),
    "a gap twice": (_doubled("scale_pixels"), _SAME),
    "a gap's cell gone": (_remove("scale_pixels"), _SAME),
    "a test gone": (_remove("test_scale_pixels"), ""),
    "both tests gone": (_remove("test_scale_pixels", "test_add_channel_axis"), ""),
    "the setup gone": (_remove("setup"), _SAME),
    "all gone": (lambda document: document.update(cells=[]), ""),
    "a test edited": (_edit("test_scale_pixels", source="print('✓ scale_pixels: right.')"), ""),
    "a test emptied": (_edit("test_add_channel_axis", source=""), ""),
    "the setup edited": (_edit("setup", source="import numpy as np"), ""),
    "tests in another order": (_reversed, _SAME),
    "tests first": (_tests_first, ""),
    "a gap below its test": (_gap_last, ""),
    "marks lost": (_lost_marks, _SAME),
    "marks and ids lost": (_lost_marks_and_ids, _SAME),
    "a gap renamed": (_edit("scale_pixels", id="cell-9"), _SAME),
    "a gap made text": (_typed, ""),
    "a gap emptied": (_edit("scale_pixels", source=""), _SAME),
    "a gap with a typing error": (_edit("scale_pixels", source="def scale_pixels(images:"), _SAME),
    "a gap that raises": (_edit("scale_pixels", source="1 / 0"), _SAME),
    "an own cell that raises": (_append(_code("undefined + 1")), _SAME),
    "a magic": (_append(_code("%time 1 + 1"), _code("%%time\n1 + 1")), _SAME),
    "points edited": (
        lambda document: cell(document, "test_scale_pixels")["metadata"]["nbgrader"].update(
            points=99
        ),
        _SAME,
    ),
    "schema 99": (
        lambda document: cell(document, "scale_pixels")["metadata"]["nbgrader"].update(
            schema_version=99
        ),
        _SAME,
    ),
}
_QUICK_CELLS = ("outputs of 22 MB", "an unknown cell type", "1,200 cells", "marks lost")
_EDITED = [
    OddFile(name, "reshape", _changed(change), opens=bool(opens), quick=name in _QUICK_CELLS)
    for name, (change, opens) in _CELLS.items()
]

# Answers

_RESULTS = {
    "a list": "(images / 255).tolist()",
    "a tuple": "tuple((images / 255).tolist())",
    "a deque": "__import__('collections').deque((images / 255).tolist())",
    "an array.array": "__import__('array').array('d', (images / 255).ravel())",
    "a masked array": "np.ma.masked_array(images / 255)",
    "longdouble": "images.astype(np.longdouble) / 255",
    "float32": "(images / 255).astype('float32')",
    "float16": "(images / 255).astype('float16')",
    "big-endian numbers": "(images / 255).astype('>f8')",
    "read-only numbers": "np.broadcast_to(images / 255, images.shape)",
    "columns first": "np.asfortranarray(images / 255)",
    "objects": "(images / 255).astype(object)",
    "complex numbers": "(images / 255).astype(complex)",
    "a record array": "(images / 255).view(np.recarray)",
    "text": "str(images / 255)",
    "a generator": "(image / 255 for image in images)",
    "a map": "map(lambda image: image / 255, images)",
    "bytes": "(images / 255).tobytes()",
    "a set": "{1.0}",
    "dots": "...",
    "None": "None",
    "a function": "lambda: images / 255",
    "an object like an array": "__import__('types').SimpleNamespace(shape=images.shape)",
    "a huge integer": "2 ** 70",
    "an error": "images / nothing",
    "an exit": "exit()",
    "not implemented": "NotImplemented",
}
_QUICK_RESULTS = ("a deque", "a masked array", "a generator")
_FUNCTIONS = [
    OddFile(
        f"returns {name}",
        "reshape",
        _with("reshape", scale_pixels=PIXELS + result),
        opens=name != "an exit",
        quick=name in _QUICK_RESULTS,
    )
    for name, result in _RESULTS.items()
]
_INSTEAD = [
    OddFile(f"defines {name}", "reshape", _with("reshape", scale_pixels=source))
    for name, source in {
        "a number": "scale_pixels = 5",
        "dots": "scale_pixels = ...",
        "a generator": "scale_pixels = (n for n in [1])",
        "a lambda": "scale_pixels = lambda images: images / 255",
        "a class": "class scale_pixels:\n    def __init__(self, images):\n        pass",
        "a callable object": (
            "class Scaler:\n    def __call__(self, images):\n        return images / 255\n\n"
            "scale_pixels = Scaler()"
        ),
        "a partial": "import functools\nscale_pixels = functools.partial(np.multiply, 1 / 255)",
        "a ufunc": "scale_pixels = np.frompyfunc(lambda pixel: pixel / 255, 1, 1)",
        "a function that raises NotImplementedError": (
            "def scale_pixels(images):\n    raise NotImplementedError"
        ),
    }.items()
]
_SET_OF_LETTERS = 'q{n} = {{"a", "b"}}'
_QUIZZES = [
    OddFile(f"quiz answers {name}", "quiz", _quiz, quick=quick)
    for name, _quiz, quick in (
        (name, _with("quiz", **{f"q{n}": source.format(n=n) for n in range(1, 11)}), quick)
        for name, source, quick in (
            ("as a set", _SET_OF_LETTERS, True),
            ("as a list", 'q{n} = ["a"]', False),
            ("as a tuple", 'q{n} = ("b",)', False),
            ("as dots", "q{n} = ...", False),
            ("as None", "q{n} = None", False),
            ("as a number", "q{n} = 12", False),
            ("as NumPy's number", "import numpy as np\nq{n} = np.int64(26)", False),
            ("as an array", "import numpy as np\nq{n} = np.array(26)", False),
            ("as bytes", 'q{n} = b"a"', False),
            ("as a deque", 'import collections\nq{n} = collections.deque("ab")', False),
            ("as a fraction", "import fractions\nq{n} = fractions.Fraction(26)", False),
            ("with blanks", 'q{n} = " A "', False),
            ("as a name", "q{n} = b", False),
        )
    )
]
_SHAPES = """layer_shapes = {
    "conv_1": (26, 26, 64), "pool_1": %s, "conv_2": (11, 11, 64), "pool_2": %s,
    "flatten": %s, "dense_1": (128,), "dense_2": (10,),
}"""
# Training would take most of the time and is compared elsewhere.
_REST = {name: f"def {name}(*arguments):\n    return None" for name in ("train", "evaluate")}
_TABLES = [
    OddFile(f"shapes {name}", "cnn", _with("cnn", layer_shapes=_SHAPES % shapes, **_REST))
    for name, shapes in {
        "half right": ("(13, 13, 64)", "None", "(5, 5)"),
        "as lists": ("[13, 13, 64]", "[5, 5, 64]", "1600"),
        "with a generator": ("(n for n in (13, 13, 64))", "(5, 5, 64)", "1600"),
    }.items()
]
ODD_FILES = [
    *(*_ENCODINGS, *_DAMAGED, *_FORMATS, *_EDITED),
    *(*_FUNCTIONS, *_INSTEAD, *_QUIZZES, *_TABLES),
]
