"""Whatever bytes are uploaded, each upload has a row, and the honest neighbours are collected."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hostile_uploads import hostile_uploads
from support.lms_archives import canvas_name, notebook_bytes, sources, write_zip, zipped

from autograder.folders import ClassFolder, CourseFolder
from autograder.lms.archive import Bounds
from autograder.lms.collecting import CollectOptions, collect
from autograder.lms.reader import ReadingLimits

LIMITS = ReadingLimits(
    memory_bytes=1_000_000_000,
    processor_seconds=10,
    bounds=Bounds(entries=300, member=2_000_000, nested=8_000_000, total=5_000_000),
)
QUICK = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ENDINGS = (".zip", ".ipynb", ".json", ".yml", ".ipynb.txt", ".tar", "")


@pytest.fixture(scope="module")
def work(course: CourseFolder) -> bytes:
    return notebook_bytes(course)


def mutated(content: bytes, seed: int) -> bytes:
    """Change, cut, repeat or insert a few bytes."""
    choose = random.Random(seed)
    data = bytearray(content)
    for _ in range(choose.randint(1, 8)):
        # The list of entries and the end are where most of a zip's meaning is.
        at = choose.randrange(len(data) + 1) if choose.random() < 0.5 else -choose.randrange(1, 120)
        at = max(0, at if at >= 0 else len(data) + at)
        match choose.randrange(4):
            case 0:
                data[at : at + 1] = choose.randbytes(1)
            case 1:
                data[at : at + 4] = choose.choice([b"\xff" * 4, bytes(4), b"PK\x05\x06"])
            case 2:
                del data[at : at + choose.randrange(1, 30)]
            case _:
                data[at:at] = data[at : at + choose.randrange(1, 100)]
    return bytes(data)


def check(course: CourseFolder, work: bytes, uploads: list[tuple[bytes, str]]) -> None:
    """Collect uploads between two honest neighbours and beside a wrong one."""
    first, last = (
        canvas_name(name, number, 1, "reshape.ipynb")
        for name, number in (("Aardvark, Ada", 101), ("Zuse, Konrad", 102))
    )
    members = {first: work, canvas_name("Wrong, Will", 103, 2, "essay.pdf"): b"%PDF"}
    names = []
    for number, (content, ending) in enumerate(uploads):
        names.append(canvas_name(f"Evil{number:02}, E", 500 + number, 9, f"x{ending}"))
        members[names[-1]] = content
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        archive = write_zip(root / "submissions.zip", {**members, last: work})
        folder = ClassFolder(root / "class")
        done = collect(folder, [archive], sources(course, "reshape"), CollectOptions(limits=LIMITS))
        taken = {path.parts[-3] for path in folder.submitted.glob("*/*/*.ipynb")}
        assert {path.name for path in root.iterdir()} <= {"submissions.zip", "class"}
        for student in taken:
            assert (folder.submitted / student / "reshape" / "reshape.ipynb").is_file()
    told = "\n".join(f"{row.student} {row.status} {row.note}" for row in done.rows)
    assert len([one for one in taken if one.startswith(("aardvark", "zuse"))]) == 2
    assert "essay.pdf: It is not a notebook" in told
    for number, name in enumerate(names):
        assert name in told or f"evil{number:02}e" in told, told


uploads_of_bytes = st.lists(
    st.tuples(st.binary(max_size=3_000), st.sampled_from(ENDINGS)), min_size=1, max_size=12
)
seeds = st.lists(st.integers(0, 2**32), min_size=12, max_size=12)


@QUICK
@given(uploads_of_bytes)
def test_any_bytes(course: CourseFolder, work: bytes, uploads: list[tuple[bytes, str]]) -> None:
    check(course, work, uploads)


def mutants(work: bytes, chosen: list[int]) -> list[tuple[bytes, str]]:
    """Mutate an honest zip, an honest notebook and what is hostile already."""
    kinds = [(content, Path(own).suffix) for own, content, _ in hostile_uploads(work).values()]
    kinds += [(zipped({"a/reshape.ipynb": work, "b.zip": zipped({"c.ipynb": work})}), ".zip")] * 20
    kinds += [(work, ".ipynb")] * 5
    picked = [kinds[seed % len(kinds)] for seed in chosen]
    return [
        (mutated(content, seed), ending)
        for (content, ending), seed in zip(picked, chosen, strict=True)
    ]


@QUICK
@given(seeds)
def test_mutated_archives(course: CourseFolder, work: bytes, chosen: list[int]) -> None:
    check(course, work, mutants(work, chosen))


@pytest.mark.slow
@settings(QUICK, max_examples=60, derandomize=True)
@given(uploads_of_bytes, seeds)
def test_any_bytes_and_mutated_archives_for_longer(
    course: CourseFolder, work: bytes, uploads: list[tuple[bytes, str]], chosen: list[int]
) -> None:
    check(course, work, [*uploads, *mutants(work, chosen)])
