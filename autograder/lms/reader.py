"""Reads archives through `reader_process`: nothing that a student wrote is parsed in this process.

Whatever the process does, the answer is a value: a file with its assignment, or with the reason why
it is not taken.
"""

import base64
import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from nbformat import NotebookNode

from autograder.ingest.intake import released_texts
from autograder.lms.archive import Bounds, shown
from autograder.lms.members import Parts
from course.errors import GradingError

_TOO_MUCH = 71  # reader_process.TOO_MUCH
_LONGEST_LINE = 60_000_000


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one upload may use."""

    memory_bytes: int = 1_500_000_000
    """Address space."""
    processor_seconds: int = 30
    seconds: int = 120
    output_bytes: int = 10_000_000
    """Of what is said about the files; what they hold is not counted."""
    rows: int = 500
    """Files of one upload that are read; further ones are counted."""
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class ReadFile:
    """One file of an upload, as the process described it."""

    parts: Parts
    reason: str = ""
    """Why it was not read, or is no notebook."""
    clutter: bool = False
    digest: str = ""
    assignment: str = ""
    work: int | None = None
    """Gaps that are not as released; None if it can't be read as a notebook."""
    rejected: str = ""
    """Why a notebook belongs to no assignment."""
    is_request: bool = False
    """Whether it is a regrade request, and no notebook."""

    @property
    def where(self) -> str:
        """The path in one printable line."""
        return shown(self.parts)


class Unanswered(Exception):
    """The process gave no answer; the message says why."""


class Reader:
    """A process that reads archives; use it in a `with` block."""

    def __init__(
        self, sources: Mapping[str, NotebookNode], limits: ReadingLimits | None = None
    ) -> None:
        self.limits = limits or ReadingLimits()
        known = {name: (source, released_texts(source)) for name, source in sources.items()}
        self._first = json.dumps({"sources": known, **asdict(self.limits)}).encode() + b"\n"
        self._process: subprocess.Popen[bytes] | None = None
        self.encodings: dict[Path, str] = {}
        """In which encoding a zip has names that do not say theirs."""

    def __enter__(self) -> "Reader":
        """Return the reader; the process is started for the first request."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None

    def names(self, path: Path, prefix: Parts) -> dict[str, bool]:
        """Name what lies directly below `prefix`, and whether as a folder.

        Raises `Unanswered` if that can't be told.
        """
        answer = self._one({"do": "names", "path": str(path), "prefix": prefix})
        if "names" not in answer:
            raise Unanswered(str(answer.get("problem", "")) or "It can't be read.")
        return {str(name): bool(folder) for name, folder in answer["names"].items()}

    def unclear_names(self, path: Path) -> list[bytes]:
        """Return names in a zip whose encoding nothing tells, the first thousand of them."""
        try:
            answer = self._one({"do": "unclear", "path": str(path)})
        except Unanswered:
            return []  # the archive has a row with the reason when it is read
        return [str(name).encode("latin-1") for name in answer.get("unclear", ())]

    def people(self, path: Path, prefix: Parts) -> dict[str, dict[str, Any]]:
        """Return Gradescope's people by submission; raises `Unanswered` if it is none of its lists.

        See `identifying.read_people`.
        """
        answer = self._one({"do": "people", "path": str(path), "prefix": prefix})
        people = answer.get("people")
        if not isinstance(people, dict):
            raise Unanswered("It is not what Gradescope writes.")
        return people

    def text(self, path: Path, parts: Parts) -> str:
        """Return a small text that a system wrote; raises `Unanswered` if there is none."""
        text = self._one({"do": "text", "path": str(path), "prefix": parts}).get("text")
        if not isinstance(text, str):
            raise Unanswered("It can't be read.")
        return text

    def work(self, path: Path, assignment: str) -> int | None:
        """Return how many gaps of a collected notebook are filled; None if it can't be read."""
        try:
            answer = self._one({"do": "work", "path": str(path), "assignment": assignment})
        except Unanswered:
            return None
        return answer.get("work")

    def content(self, path: Path, prefix: Parts, file: ReadFile) -> bytes:
        """Return the bytes of a file that was read; raises `Unanswered` if they have changed."""
        request = {"do": "content", "path": str(path), "prefix": prefix, "parts": file.parts}
        chunks = [base64.b64decode(line["content"]) for line in self._ask(request)]
        content = b"".join(chunks)
        if hashlib.sha256(content).hexdigest() != file.digest:
            raise Unanswered("It changed while it was collected.")
        return content

    def files(
        self, path: Path, uploads: list[tuple[Parts, Parts]], assignment: str
    ) -> list[list[ReadFile]]:
        """Read uploads: each is a prefix, and what the student named in the prefix itself.

        One that ends the process has a file with the reason, and the others are read.
        """
        found: list[list[ReadFile]] = [[] for _ in uploads]
        asked = [
            (at, {"prefix": prefix, "head": head}) for at, (prefix, head) in enumerate(uploads)
        ]
        at = 0
        while at < len(uploads):
            request = {"do": "uploads", "path": str(path), "assignment": assignment}
            last: Parts = uploads[at][0]
            try:
                for line in self._ask({**request, "uploads": asked[at:]}):
                    parts = tuple(line.get("parts", ()))
                    if "done" in line:
                        at = int(line["upload"]) + 1
                        last = uploads[at][0] if at < len(uploads) else ()
                    elif "begun" in line:
                        last = parts
                    else:
                        found[line["upload"]].append(_read_file(line, parts))
                        last = uploads[line["upload"]][0]
            except Unanswered as problem:
                if at < len(uploads):
                    found[at].append(ReadFile(last, reason=f"{problem} {_STOPPED}"))
                    at += 1
            else:
                at = len(uploads)
        return found

    def _one(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the one line that answers a request."""
        lines = list(self._ask(request))
        if len(lines) != 1:
            raise Unanswered("It can't be read.")
        return lines[0]

    def _ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the answers to a request; raises `Unanswered` if the fork did not end well."""
        process = self._started()
        assert process.stdin and process.stdout
        encoding = self.encodings.get(Path(request["path"]), "")
        request = {**request, "encoding": encoding} if encoding else request
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.__exit__()
            raise GradingError(
                "The process that reads submissions does not start.", "Run `course doctor`."
            ) from None
        for line in _lines(process.stdout):
            if "ended" in line:
                if line["ended"]:
                    raise Unanswered(self._why(line["ended"]))
                return
            yield line
        self.__exit__()
        raise Unanswered("Reading it ended the process that reads.")

    def _started(self) -> subprocess.Popen[bytes]:
        """Return the process, started if it is not running."""
        if self._process is None:
            command = [sys.executable, "-P", "-m", "autograder.lms.reader_process"]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert self._process.stdin
            self._process.stdin.write(self._first)
        return self._process

    def _why(self, ended: int) -> str:
        """Say in one sentence why a fork ended."""
        limits = self.limits
        if ended == -signal.SIGXCPU:
            return f"Reading it took more than {limits.processor_seconds} s of processor time."
        if ended == -signal.SIGALRM:
            return f"Reading it took longer than {limits.seconds} s."
        if ended == _TOO_MUCH:
            return "It holds too many files."
        if ended < 0:
            return f"Reading it ended the process that reads (signal {-ended})."
        return "Reading it failed."


_STOPPED = "What comes after it in the same upload was not read."


def _lines(pipe: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the objects in lines of JSON; a line that was cut off by a kill is left out."""
    while line := pipe.readline(_LONGEST_LINE):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict):
            yield answer


def _read_file(line: dict[str, Any], parts: Parts) -> ReadFile:
    """Read one line about a file."""
    fields = ("reason", "clutter", "digest", "assignment", "work", "rejected", "is_request")
    return ReadFile(parts, **{name: line[name] for name in fields if name in line})
