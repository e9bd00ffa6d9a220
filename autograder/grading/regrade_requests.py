"""The regrade requests of a class: `regrade.md` beside a notebook, and what became of each.

A request is a text to read; nothing in it is run. `regrade-requests.json` in the class folder keeps
the marks as they were when a request was first listed, so that a later list tells whether they have
changed since.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.folders import ClassFolder, is_there
from autograder.gradebook.marks import SubmissionMark, points_text
from autograder.gradebook.reader import read_marks
from autograder.grading.plan import find_submissions
from autograder.ingest.reading import Unreadable, read_request
from course.crossing import is_text
from course.errors import GradingError
from course.files import write_atomically
from course.notebook.regrade_request import REGRADE, first_line, request_text
from course.notebook.rejecting import Rejected
from course.notebook.tampering import one_line

FORMGRADER = "http://localhost:8888"
"""Where `autograder formgrader` serves formgrader unless another program has that port."""

_LONGEST_LINE = 100  # characters of a request in a table

Key = tuple[str, str]
"""A student and an assignment."""


@dataclass(frozen=True)
class Noted:
    """What is kept of a request in the class folder."""

    student: str
    assignment: str
    digest: str
    """SHA-256 of the file: another text is another request."""
    listed: str
    """When it was first listed, in UTC (ISO 8601)."""
    marks: dict[str, str]
    """The points of each exercise at that time."""
    handled: str = ""
    """When an instructor said that it is handled, in UTC (ISO 8601)."""


@dataclass(frozen=True)
class RegradeRequest:
    """One request, as it stands now."""

    student: str
    assignment: str
    text: str
    """What the student wrote, cleaned and at most `MOST_BYTES` long; "" where it can't be read."""
    gaps: tuple[str, ...] = ()
    """The exercises of the assignment that the text names."""
    problem: str = ""
    """Why it can't be read."""
    noted: Noted | None = None
    changes: tuple[str, ...] = field(default=())
    """The marks that have changed since it was first listed: `convolve2d 4 → 8`."""

    @property
    def line(self) -> str:
        """What it says, in one line."""
        return self.problem or one_line(first_line(self.text), _LONGEST_LINE) or "It is empty."

    @property
    def is_open(self) -> bool:
        """Whether nothing has been done about it."""
        return not (self.changes or (self.noted and self.noted.handled))

    @property
    def state(self) -> str:
        """What has been done about it."""
        if self.changes:
            return f"marks changed: {', '.join(self.changes)}"
        return "open" if self.is_open else "handled"

    @property
    def listed(self) -> str:
        """The day on which it was first listed."""
        return self.noted.listed[:10] if self.noted else ""

    def formgrader(self, address: str) -> str:
        """Return formgrader's page of the submission."""
        path = "/".join(quote(one, safe="") for one in (self.student, self.assignment))
        return f"{address.rstrip('/')}/formgrader/manage_students/{path}"


def regrade_requests(
    course: AnyCourse,
    class_folder: ClassFolder,
    wanted: Collection[str],
    handled: Collection[Key] = (),
    now: datetime | None = None,
) -> list[RegradeRequest]:
    """List the requests for the assignments `wanted`, those that nothing was done about first.

    New ones are noted in the class folder, and so are those of `handled`. Raises `GradingError` for
    a request of `handled` that is not there.
    """
    found = list(_found(course, class_folder, wanted))
    if not found and not handled:
        return []
    marks = read_marks(class_folder).submissions
    kept = _read(class_folder)
    time = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    noted = dict(kept)
    for request, digest in found:
        key = (request.student, request.assignment)
        noted[key] = _noted(kept.get(key), key, digest, _points(marks.get(key)), time)
    for key in handled:
        if key not in {(one.student, one.assignment) for one, _ in found}:
            raise GradingError(
                f"{key[0]!r} has no regrade request for {key[1]!r}.",
                "Run `autograder regrade-requests` to list them.",
            )
        noted[key] = replace(noted[key], handled=time)
    if noted != kept:
        _write(class_folder, noted)
    rows = [_as_it_stands(request, noted, marks) for request, _ in found]
    return sorted(rows, key=lambda one: not one.is_open)


def _found(
    course: AnyCourse, class_folder: ClassFolder, wanted: Collection[str]
) -> Iterator[tuple[RegradeRequest, str]]:
    """Yield each request that lies beside a submission, and its digest."""
    for student, assignment, folder in _submissions(course, class_folder, wanted):
        try:
            content = read_request(folder)
        except (Rejected, Unreadable) as error:
            # Where it is the folder that can't be read, grading says so.
            if str(error).casefold().startswith(REGRADE):
                yield RegradeRequest(student, assignment, "", problem=str(error)), ""
            continue
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()
            yield RegradeRequest(student, assignment, request_text(content)), digest


def _submissions(
    course: AnyCourse, class_folder: ClassFolder, wanted: Collection[str]
) -> Iterator[tuple[str, str, Path]]:
    """Yield each submission and its folder, by student."""
    if isinstance(course, StockCourse):
        pairs = sorted((student, name) for name in wanted for student in course.students(name))
        yield from ((*pair, course.submission(*pair)) for pair in pairs if is_text(pair[0]))
        return
    for student, name in find_submissions(class_folder, [*wanted]):
        yield student, name, class_folder.submission(student, name)


def _points(mark: SubmissionMark | None) -> dict[str, str]:
    """Return the points of each exercise; {} before grading."""
    return {one.exercise: points_text(one.score) for one in mark.exercises} if mark else {}


def _noted(
    before: Noted | None, key: Key, digest: str, points: Mapping[str, str], time: str
) -> Noted:
    """Keep the note on a request; note a new one, and the marks that it has once it is graded."""
    if before is None or before.digest != digest:
        return Noted(*key, digest, time, dict(points))
    return before if before.marks else replace(before, marks=dict(points))


def _as_it_stands(
    request: RegradeRequest, noted: Mapping[Key, Noted], marks: Mapping[Key, SubmissionMark]
) -> RegradeRequest:
    """Add to a request which exercises it names, and which marks have changed since."""
    key = (request.student, request.assignment)
    now, before = _points(marks.get(key)), noted[key].marks
    changes = [
        f"{name} {before[name]} → {points}"
        for name, points in now.items()
        if name in before and before[name] != points
    ]
    gaps = [name for name in now if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", request.text)]
    return replace(request, gaps=tuple(gaps), noted=noted[key], changes=tuple(changes))


def _path(class_folder: ClassFolder) -> Path:
    return class_folder.root / "regrade-requests.json"


def _read(class_folder: ClassFolder) -> dict[Key, Noted]:
    """Read what is noted; {} where nothing is."""
    path = _path(class_folder)
    if not is_there(path):
        return {}
    try:
        rows = [Noted(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise GradingError(
            f"{path} is damaged ({one_line(str(error), 100)}).",
            "Move it away; then all requests count as new.",
        ) from error
    return {(row.student, row.assignment): row for row in rows}


def _write(class_folder: ClassFolder, noted: Mapping[Key, Noted]) -> None:
    """Write the notes whole, by student and assignment."""
    rows = [asdict(noted[key]) for key in sorted(noted)]
    content = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    write_atomically(_path(class_folder), lambda file: file.write(content))
