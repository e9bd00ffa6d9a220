"""Fuzz one reader of what students write: `python fuzz_targets.py TARGET SECONDS` (needs atheris).

Atheris, a fuzzer that is guided by coverage, ends the process with another status than 0 for any
exception that a reader is not meant to raise, for 25 s on one input, and for 3 GB.
"""

import contextlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import atheris
import nbformat
from support.growing_text import graded
from support.places import COURSE

with atheris.instrument_imports(include=["autograder", "course"]):
    from autograder.boundary.agent.convpool_agent.decoding import decode
    from autograder.boundary.agent.convpool_agent.encoding import MAGIC, encode
    from autograder.boundary.agent.convpool_agent.npy import MalformedData
    from autograder.ingest.attempts import scan
    from autograder.ingest.intake import released_texts
    from autograder.lms.archive import Bounds, Package
    from autograder.lms.members import UnusableArchive
    from autograder.pages.feedback.student_cells import student_cells
    from autograder.pages.quiz_answers import chosen
    from autograder.pages.similarity.fingerprints import fingerprints
    from course.notebook.matching import outline_of
    from course.notebook.parsing import read_cells
    from course.notebook.rebuild import rebuild_from
    from course.notebook.rejecting import Rejected

SMALL = Bounds(entries=300, member=2_000_000, nested=8_000_000, total=5_000_000)
PLACE = Path(tempfile.mkdtemp()) / "upload.zip"
SOURCE = nbformat.read(COURSE.source("reshape"), as_version=4)
OUTLINE = outline_of(SOURCE, released_texts(SOURCE))


def ingest(data: bytes) -> None:
    """Read a file as a notebook, rebuild it from its source, look for attempts in it."""
    with contextlib.suppress(Rejected):
        scan(rebuild_from(OUTLINE, SOURCE, read_cells(data).notebook).notebook)


def collect(data: bytes) -> None:
    """Read a zip with all zips in it."""
    PLACE.write_bytes(data)
    with contextlib.suppress(UnusableArchive), Package(PLACE, SMALL) as package:
        list(package.walk(()))


def pages(data: bytes) -> None:
    """Show a text as a cell with its output, compare it, and read it as an answer."""
    text = data.decode("utf-8", "replace")
    student_cells(graded([text]).notebook, [])
    fingerprints({"own": text})
    chosen(text, "q1", True)
    chosen(f"q1 = {text}", "q1", False)


def boundary(data: bytes) -> None:
    """Decode a message, its frame by chance or right."""
    for message in (data, MAGIC + data, MAGIC + len(data).to_bytes(8, "little") + data):
        with contextlib.suppress(MalformedData):
            decode(message)


TARGETS = {one.__name__: one for one in (ingest, collect, pages, boundary)}


def seeds() -> dict[str, bytes]:
    """Return an honest example for each target; the notebook has the first gap of the release."""
    release = nbformat.read(COURSE.release("reshape"), as_version=4)
    first = next(n for n, cell in enumerate(release.cells) if cell.cell_type == "code")
    release.cells = release.cells[first : first + 6]
    notebook = nbformat.writes(release).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/reshape.ipynb", b"{}")
    message = encode({"a": [1, (2.5, "x"), {3: {4}}, None]})
    return {"ingest": notebook, "collect": packed.getvalue(), "pages": b"[1]", "boundary": message}


def main(target: str, seconds: str) -> None:
    """Fuzz one target for so many seconds."""
    corpus = Path(tempfile.mkdtemp())
    (corpus / "honest").write_bytes(seeds()[target])
    bounds = [f"-max_total_time={seconds}", "-timeout=25", "-rss_limit_mb=3000"]
    found = [f"-artifact_prefix={corpus}/", str(corpus)]
    atheris.Setup([sys.argv[0], *bounds, *found], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
