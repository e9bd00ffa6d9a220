"""The process that reads what students wrote: `python -m autograder.lms.reader_process`.

It forks for each request, and the fork answers within limits on memory, processor time, time and
output. A fork that crashes or is killed takes nothing with it; the next one goes on. Requests and
answers are lines of JSON on standard input and output.
"""

import base64
import contextlib
import hashlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.notebook.unused_formats import leave_out_formats

leave_out_formats()  # before anything imports nbformat

import nbformat

from autograder.lms.archive import NO_NOTEBOOK, Bounds, Entry, Found, Package
from autograder.lms.identifying import (
    METADATA_BYTES,
    Exercise,
    identify,
    read_people,
    work_in,
)
from autograder.lms.members import Parts, UnusableArchive
from course.notebook.matching import outline_of
from course.notebook.parsing import MAX_BYTES
from course.notebook.regrade_request import is_request
from course.notebook.rejecting import Rejected

_MOST_NAMES = 1000  # by which an encoding is chosen
_CHUNK = 3_000_000  # bytes of a file in one line of an answer
_HARD = resource.RLIM_INFINITY

Answer = dict[str, Any]


class _Fork:
    """Answers one request, in a process of its own."""

    def __init__(self, settings: dict[str, Any], exercises: dict[str, Exercise], out: int) -> None:
        self.exercises, self.out = exercises, out
        self.seconds, self.processor = settings["seconds"], settings["processor_seconds"]
        self.output_bytes, self.rows = settings["output_bytes"], settings["rows"]
        self.bounds = Bounds(**settings["bounds"])
        memory = settings["memory_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def answer(self, request: dict[str, Any]) -> None:
        """Write the answers to a request, one line each."""
        self._start_clocks()
        for line in getattr(self, f"_{request['do']}")(request):
            self._write(line)

    def _start_clocks(self) -> None:
        """Give what follows all of its time; the default action of both signals is the end."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + self.processor
        resource.setrlimit(resource.RLIMIT_CPU, (limit, _HARD))
        signal.alarm(self.seconds)
        self.left = self.output_bytes

    def _write(self, line: Answer) -> None:
        """Write one line; end if the answer has become too long."""
        text = json.dumps(line).encode() + b"\n"
        self.left -= len(text) if "content" not in line else 0
        if self.left < 0:
            os._exit(TOO_MUCH)
        while text:
            text = text[os.write(self.out, text) :]

    def _package(self, request: dict[str, Any]) -> Package:
        """Return what a request is about."""
        return Package(Path(request["path"]), self.bounds, request.get("encoding", ""))

    def _unclear(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Return names whose encoding nothing tells, a letter for each byte."""
        with self._package(request) as package, contextlib.suppress(UnusableArchive):
            names = package.unclear_names()[:_MOST_NAMES]
            yield {"unclear": [name.decode("latin-1") for name in names]}

    def _names(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Name what lies directly below a prefix."""
        try:
            with self._package(request) as package:
                names = package.names(tuple(request["prefix"]))
        except UnusableArchive as error:
            yield {"problem": str(error)}
        else:
            yield {"names": names}

    def _people(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Read Gradescope's metadata at a prefix."""
        with self._package(request) as package:
            found = list(package.walk(tuple(request["prefix"])))
        entry = found[0] if len(found) == 1 else None
        is_small = isinstance(entry, Entry) and len(entry.content) <= METADATA_BYTES
        people = read_people(entry.content) if isinstance(entry, Entry) and is_small else None
        yield {"people": people}

    def _text(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Read a small text that a system wrote."""
        with self._package(request) as package:
            content = package.text(tuple(request["prefix"]))
        yield {"text": None if content is None else content.decode("utf-8", "replace")}

    def _uploads(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Read uploads, each with all of its bounds."""
        with self._package(request) as package:
            for number, upload in request["uploads"]:
                self._start_clocks()
                prefix = tuple(upload["prefix"])
                for line in self._upload(package, prefix, upload["head"], request["assignment"]):
                    yield {"upload": number, **line}
                yield {"upload": number, "done": True}

    def _upload(
        self, package: Package, prefix: Parts, head: list[str], assignment: str
    ) -> Iterator[Answer]:
        """Read the files of one upload; many more than anybody hands in are only counted."""
        count = 0
        for found in package.walk(prefix):
            count += 1
            if count > self.rows:
                continue
            # Told before it is parsed: if that ends the process, this is where.
            yield {"parts": found.parts, "begun": True}
            own = (*head, *found.parts[len(prefix) :])
            yield {"parts": found.parts, **self._file(found, own, assignment)}
        if count > self.rows:
            reason = f"The upload holds more than {self.rows} files: {count - self.rows} more."
            yield {"parts": prefix, "reason": f"{reason} They were not read."}

    def _file(self, found: Found, own: tuple[str, ...], assignment: str) -> Answer:
        """Say what one file is."""
        if not isinstance(found, Entry):
            return {"reason": found.reason, "clutter": found.clutter}
        name, content = found.parts[-1].lower(), found.content
        if name.endswith(".yml") or (name.endswith(".json") and b'"cells"' not in content):
            return {"reason": NO_NOTEBOOK}
        digest = hashlib.sha256(content).hexdigest()
        if is_request(name):
            return {"digest": digest, "is_request": True}
        try:
            known = identify(content, own, self.exercises, assignment)
        except Rejected as rejected:
            return {"digest": digest, "rejected": rejected.reason}
        except MemoryError:
            return {"digest": digest, "rejected": "Reading it needs too much memory."}
        except Exception as error:
            reason = f"It can't be read as a notebook ({type(error).__name__})."
            return {"digest": digest, "rejected": reason}
        return {"digest": digest, "assignment": known.assignment, "work": known.work}

    def _content(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Return the bytes of one file."""
        wanted = tuple(request["parts"])
        with self._package(request) as package:
            for found in package.walk(tuple(request["prefix"])):
                if isinstance(found, Entry) and found.parts == wanted:
                    for at in range(0, len(found.content), _CHUNK):
                        chunk = found.content[at : at + _CHUNK]
                        yield {"content": base64.b64encode(chunk).decode()}
                    return

    def _work(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Count the gaps that are filled in a notebook that was collected before."""
        with Path(request["path"]).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        yield {"work": work_in(content, self.exercises[request["assignment"]])}


TOO_MUCH = 71
"""Exit status of a fork whose answer was too long."""
FAILED = 70
"""Exit status of a fork that met an error nobody foresaw."""


def _exercises(sources: dict[str, Any]) -> dict[str, Exercise]:
    """Prepare the assignments that notebooks are compared with."""
    found = {}
    for name, (notebook, released) in sources.items():
        source = nbformat.from_dict(notebook)
        found[name] = Exercise(source, outline_of(source, released))
    return found


def _fork(settings: dict[str, Any], exercises: dict[str, Exercise], line: bytes, out: int) -> int:
    """Answer a request in a fork; return how it ended, as `os.waitstatus_to_exitcode` says."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = FAILED
    try:
        _Fork(settings, exercises, out).answer(json.loads(line))
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    """Answer requests until standard input ends."""
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    first = json.loads(sys.stdin.buffer.readline())
    exercises = _exercises(first["sources"])
    for line in sys.stdin.buffer:
        ended = _fork(first, exercises, line, out)
        os.write(out, b"\n" + json.dumps({"ended": ended}).encode() + b"\n")


if __name__ == "__main__":
    main()
