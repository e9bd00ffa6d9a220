"""From what a system hands out to `submitted/`: every file is taken, or refused with a reason."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Taken, read_ledger, utc_text, write_ledger
from autograder.gradebook.people_lists import Lists, add_list, read_roster, write_roster
from autograder.gradebook.roster import is_nobody
from autograder.lms.archive import shown
from autograder.lms.forms import NamePattern, with_lateness
from autograder.lms.identifying import is_named_as_notebook
from autograder.lms.layers import MANIFEST, Upload, handed_over, read_layer
from autograder.lms.members import Parts
from autograder.lms.name_encoding import NameEncoding, encoding_of
from autograder.lms.naming import Ambiguous
from autograder.lms.placing import (
    Candidate,
    attempt_order,
    place,
    place_request,
    without_work,
)
from autograder.lms.reader import Reader, ReadFile, ReadingLimits
from autograder.lms.whose import SharedName, people_of, shared_names
from course.errors import GradingError
from course.lessons.improve_rules import NAME as OPEN_EXERCISE


@dataclass(frozen=True)
class CollectOptions:
    """What an instructor can choose."""

    assignment: str = ""
    """Treat every notebook as one of this assignment."""
    student: str = ""
    """The student who handed in everything, whatever the names inside say."""
    rosters: tuple[Path, ...] = ()
    received: datetime | None = None
    """When the files were handed in, for systems that do not say."""
    zone: tzinfo = UTC
    """The time zone of times that an LMS writes without one."""
    pattern: NamePattern | None = None
    """How paths say whose a file is, for systems that have no form of their own."""
    encoding: str = ""
    """Encoding of names in zips that do not say theirs; "" to find it by the class's names."""
    force: bool = False
    """Also replace files that were not collected by this command."""
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    """What reading one upload may use."""


@dataclass(frozen=True)
class Row:
    """The outcome for one submission, or for one file that was refused."""

    student: str
    assignment: str
    status: str
    """new, updated, unchanged, older, set aside, request, missing, or refused; of a list: not used,
    or changed."""
    note: str = ""


@dataclass
class Collected:
    """The outcome of a run."""

    rows: list[Row] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Files that a system made, and no student."""

    def refuse(self, where: str, reason: str) -> None:
        """Add a row for a file that was not taken."""
        self.rows.append(Row("", "", "refused", f"{where}: {reason}"))


def collect(
    class_folder: ClassFolder,
    archives: list[Path],
    sources: dict[str, NotebookNode],
    options: CollectOptions,
    now: datetime | None = None,
) -> Collected:
    """Take the notebooks of the archives into the class folder, the last attempt of each student.

    Every file has a row: taken, set aside or refused, each with the reason. Of several attempts the
    last one that holds work counts. `sources` are the source notebooks that assignments are
    recognized by, by name. Raises `GradingError` if an archive does not exist or is empty.
    """
    done = Collected()
    lists = read_roster(class_folder)
    for path in options.rosters:
        add_list(lists, path, options.zone)
    done.rows += [Row("", "", "not used", note) for note in lists.notes]
    done.rows += [Row("", "", "changed", note) for note in lists.changes]
    ledger = read_ledger(class_folder)
    for path in archives:
        if not path.exists():
            raise GradingError(f"{path} does not exist.", "Name a zip file or a folder.")
    paths = [inside for path in archives for inside in handed_over(path)]
    with Reader(sources, options.limits) as reader:
        candidates = [
            one for path in paths for one in _candidates(path, lists, reader, options, done)
        ]
        notebooks = [one for one in candidates if not one.file.is_request]
        last = []
        for attempts in _attempts(notebooks):
            chosen, rows = _choose(attempts)
            done.rows += rows
            last.append(chosen)
        for candidate in last:
            taken = _taken(candidate, options, now or datetime.now(UTC))
            status, note = place(class_folder, taken, candidate, reader, ledger, options.force)
            note = " ".join(filter(None, (note, candidate.note)))
            done.rows.append(Row(taken.student, taken.assignment, status, note))
        requests = [one for one in candidates if one.file.is_request]
        for request in sorted(_about(requests, notebooks, sources), key=attempt_order):
            status, note = place_request(class_folder, request, reader)
            done.rows.append(Row(request.person.student, request.assignment, status, note))
    if not last and all(row.status in ("not used", "changed") for row in done.rows):
        names = ", ".join(path.name for path in archives)
        raise GradingError(f"There is nothing in {names}.", "Name the file that the LMS exported.")
    # The open exercise is optional, so nobody misses it.
    required = {one.assignment for one in last} - {OPEN_EXERCISE}
    done.rows += _missing(class_folder, lists, required)
    write_roster(class_folder, lists.people)
    write_ledger(class_folder, ledger)
    return done


def _candidates(
    path: Path, lists: Lists, reader: Reader, options: CollectOptions, done: Collected
) -> Iterator[Candidate]:
    """Yield every notebook of an archive with its sender and its assignment."""
    _choose_encoding(path, lists, reader, options, done)
    layer = read_layer(path, reader, lists.people, options.student, options.pattern, options.zone)
    done.ignored += map(shown, layer.ignored)
    for upload in layer.uploads:
        if not upload.is_read:
            done.refuse(shown(upload.prefix) if upload.prefix else path.name, upload.problem)
    uploads = [one for one in layer.uploads if one.is_read]
    read = reader.files(path, [(one.prefix, one.head) for one in uploads], options.assignment)
    shared = shared_names(one.readings for one in uploads)
    for upload, files in zip(uploads, read, strict=True):
        if not files or (upload.prefix and all(file.clutter for file in files)):
            done.refuse(f"{_sender_label(upload)}{_where(upload.prefix, path)}", _EMPTY)
        for file in files:
            if file.clutter or file.parts[-1:] == (MANIFEST,):
                done.ignored.append(file.where)
            elif file.reason:
                where = f"{_sender_label(upload)}{_where(file.parts, path)}"
                done.refuse(where, file.reason)
            else:
                yield from _of_file(file, upload, path, lists, shared, done)


def _choose_encoding(
    path: Path, lists: Lists, reader: Reader, options: CollectOptions, done: Collected
) -> None:
    """Choose the encoding of names in a zip that does not say it; a row where none is certain."""
    chosen = NameEncoding(options.encoding)
    if not options.encoding:
        chosen = encoding_of(reader.unclear_names(path), lists.people)
    reader.encodings[path] = chosen.name
    if chosen.note:
        done.rows.append(Row("", "", "not used", f"{path.name}: {chosen.note}"))


_EMPTY = "It holds no files."


def _where(parts: Parts, path: Path) -> str:
    """Return the place of a file, or the name of the archive itself."""
    return shown(parts) if parts else path.name


def _of_file(
    file: ReadFile,
    upload: Upload,
    path: Path,
    lists: Lists,
    shared: set[SharedName],
    done: Collected,
) -> Iterator[Candidate]:
    """Yield one notebook for each person whose it is; a row with the reason if it is nobody's."""
    inside = file.parts[len(upload.prefix) :]
    try:
        if upload.problem:
            raise Ambiguous(upload.problem)
        for person, sender, note in people_of(list(upload.readings), lists, shared):
            if file.rejected:
                raise Ambiguous(file.rejected)
            own = (*sender.own, *inside)
            sender = with_lateness(sender, own[-1] if own else "")
            if not (file.is_request or is_named_as_notebook(own)):
                note = f"{note} {file.where} was taken for its cells, not its name.".strip()
            yield Candidate(person, file, sender, own, path, upload.prefix, note)
    except Ambiguous as error:
        done.refuse(file.where, str(error))


def _sender_label(upload: Upload) -> str:
    """Return the name of who sent an upload and a colon, "" if that is not certain."""
    names = {one.name for one in upload.readings if one.name}
    return f"{names.pop()}: " if len(names) == 1 else ""


def _attempts(candidates: list[Candidate]) -> list[list[Candidate]]:
    """Group the candidates by student and assignment, the last attempt of each at the end."""
    found: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in sorted(candidates, key=attempt_order):
        found.setdefault((candidate.person.student, candidate.assignment), []).append(candidate)
    return [found[key] for key in sorted(found)]


def _about(
    requests: list[Candidate], notebooks: list[Candidate], assignments: Collection[str]
) -> Iterator[Candidate]:
    """Yield each regrade request with its assignment, "" where nothing tells it.

    That is the name of its folder, else the assignment of the notebook beside it, else that of all
    notebooks of the same person.
    """
    for one in requests:
        folder = one.file.parts[:-1]
        theirs = [each for each in notebooks if each.person.student == one.person.student]
        beside = [each for each in theirs if each.file.parts[:-1] == folder]
        known = [{each.assignment for each in some} for some in (beside, theirs)]
        known = [{*folder[-1:]} & {*assignments}, *known]
        certain = next((names for names in known if len(names) == 1), {""})
        yield replace(one, file=replace(one.file, assignment=min(certain)))


def _choose(attempts: list[Candidate]) -> tuple[Candidate, list[Row]]:
    """Choose the last attempt that holds work, the last one if none does; a row for each other."""
    works = [one.file.work for one in attempts]
    place = max((at for at, work in enumerate(works) if work), default=len(attempts) - 1)
    chosen = attempts[place]
    rows = []
    for at, (one, work) in enumerate(zip(attempts, works, strict=True)):
        if one.file.digest == chosen.file.digest:
            status, why = "older", "the same as the file that counts."
        elif at > place:
            status, why = (
                "set aside",
                f"the last attempt, but it does not count. {without_work(work)}",
            )
        else:
            status, why = "older", "an earlier attempt or a further file; it does not count."
        if at != place:
            note = f"{one.file.where}: {why}"
            rows.append(Row(one.person.student, one.assignment, status, note))
    notes = [chosen.note, without_work(works[place])]
    if any(row.status == "set aside" for row in rows):
        notes.append(f"{chosen.file.where} counts: the last attempt that holds work.")
    return replace(chosen, note=" ".join(filter(None, notes))), rows


def _taken(candidate: Candidate, options: CollectOptions, now: datetime) -> Taken:
    """Return the ledger's note on a submission; its time stays unknown if nothing tells it."""
    sender = candidate.sender
    time = sender.time or (None if sender.late is False else options.received)
    if sender.late and time is None:
        time = now  # the system says late, not by how much
    return Taken(
        student=candidate.person.student,
        assignment=candidate.assignment,
        digest=candidate.file.digest,
        system=sender.system,
        source=f"{candidate.archive.name}: {candidate.file.where}",
        collected=utc_text(now),
        time=utc_text(time),
        late=sender.late,
        order=sender.order,
    )


def _missing(class_folder: ClassFolder, lists: Lists, assignments: set[str]) -> list[Row]:
    """List who is in the roster and has handed in nothing for an assignment that was collected."""
    return [
        Row(person.student, name, "missing", "No notebook was taken.")
        for person in sorted(lists.people, key=lambda one: one.student)
        if not is_nobody(person)
        for name in sorted(assignments)
        if not (class_folder.submitted / person.student / name).exists()
    ]
