"""From what a system hands out to `submitted/`: every file is taken, or refused with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Taken, read_ledger, utc_text, write_ledger
from autograder.gradebook.roster import (
    Lists,
    Person,
    add_list,
    folder_name,
    name_key,
    read_roster,
    write_roster,
)
from autograder.lms.archive import Parts, shown
from autograder.lms.identifying import is_named_as_notebook
from autograder.lms.layers import MANIFEST, METADATA, NOBODY, Upload, read_layer
from autograder.lms.naming import Ambiguous, Sender, recognize
from autograder.lms.placing import Candidate, attempt_order, place, without_work
from autograder.lms.reader import Reader, ReadFile, ReadingLimits
from course.errors import GradingError
from course.lessons.improve_rules import NAME as OPEN_EXERCISE
from course.notebook.tampering import one_line

_Name = tuple[str, str]
"""A system, and a name in it as `name_key` writes it."""


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
    """The time zone of Moodle's worksheet."""
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
    """new, updated, unchanged, older, set aside, missing, or refused."""
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
    ledger = read_ledger(class_folder)
    for path in archives:
        if not path.exists():
            raise GradingError(f"{path} does not exist.", "Name a zip file or a folder.")
    with Reader(sources, options.limits) as reader:
        candidates = [
            one for path in archives for one in _candidates(path, lists, reader, options, done)
        ]
        last = []
        for attempts in _attempts(candidates):
            chosen, rows = _choose(attempts)
            done.rows += rows
            last.append(chosen)
        for candidate in last:
            taken = _taken(candidate, options, now or datetime.now(UTC))
            status, note = place(class_folder, taken, candidate, reader, ledger, options.force)
            note = " ".join(filter(None, (note, candidate.note)))
            done.rows.append(Row(taken.student, taken.assignment, status, note))
    if not last and not done.rows:
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
    layer = read_layer(path, reader, lists.people, options.student)
    done.ignored += map(shown, layer.ignored)
    for upload in layer.uploads:
        if not upload.is_read:
            done.refuse(shown(upload.prefix) if upload.prefix else path.name, upload.problem)
    uploads = [one for one in layer.uploads if one.is_read]
    read = reader.files(path, [(one.prefix, one.head) for one in uploads], options.assignment)
    shared = _shared_names(uploads)
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


_EMPTY = "It holds no files."


def _where(parts: Parts, path: Path) -> str:
    """Return the place of a file, or the name of the archive itself."""
    return shown(parts) if parts else path.name


def _of_file(
    file: ReadFile,
    upload: Upload,
    path: Path,
    lists: Lists,
    shared: set[_Name],
    done: Collected,
) -> Iterator[Candidate]:
    """Yield one notebook for each person whose it is; a row with the reason if it is nobody's."""
    inside = file.parts[len(upload.prefix) :]
    try:
        if upload.problem:
            raise Ambiguous(upload.problem)
        for person, sender, note in _people(list(upload.readings), lists, shared):
            if file.rejected:
                raise Ambiguous(file.rejected)
            own = (*sender.own, *inside)
            if not is_named_as_notebook(own):
                note = f"{note} {file.where} was taken for its cells, not its name.".strip()
            yield Candidate(person, file, sender, own, path, upload.prefix, note)
    except Ambiguous as error:
        done.refuse(file.where, str(error))


def _sender_label(upload: Upload) -> str:
    """Return the name of who sent an upload and a colon, "" if that is not certain."""
    names = {one.name for one in upload.readings if one.name}
    return f"{names.pop()}: " if len(names) == 1 else ""


def _people(
    readings: list[Sender], lists: Lists, shared: set[_Name]
) -> Iterator[tuple[Person, Sender, str]]:
    """Yield whose a file is: one person, or each member of a group that handed in together.

    Each comes with the sender and a note for the instructor.
    """
    is_group = len(readings) > 1 and readings[0].system == "gradescope"
    for alternatives in [[one] for one in readings] if is_group else [readings]:
        yield _person(alternatives, lists, shared)


def _person(readings: list[Sender], lists: Lists, shared: set[_Name]) -> tuple[Person, Sender, str]:
    """Return the one person that the readings of a file's name mean; raise `Ambiguous` if none.

    A name in `shared` is several people's: it says whose a file is only together with a number.
    """
    sender = readings[0]
    participant = lists.participants.get(sender.key) if sender.system == "moodle" else None
    if participant:
        if name_key(sender.name) not in ("", name_key(participant.person.name), "participant"):
            raise Ambiguous("Its number and its name belong to two people in Moodle's worksheet.")
        person = lists.people.get(participant.person.student) or participant.person
        return person, replace(sender, time=participant.time), ""
    known = recognize(lists.people, readings)
    if known:
        person, sender = known
        _require_own_name(person, sender, shared)
        return _with_number(person, sender, lists), sender, ""
    if sender.system == "plain":
        raise Ambiguous(f"No student of the roster is called {one_line(sender.key, 60)}. {NOBODY}")
    _require_own_name(None, sender, shared)
    person = lists.people.add(_newcomer(sender, lists))
    return person, sender, "Not in the roster before."


def _shared_names(uploads: list[Upload]) -> set[_Name]:
    """Return the names under which people with different numbers handed in."""
    numbers: dict[_Name, set[str]] = {}
    for upload in uploads:
        for one in upload.readings[:1]:
            numbers.setdefault((one.system, name_key(one.name)), set()).add(one.key)
    return {name for name, keys in numbers.items() if len(keys) > 1}


def _require_own_name(known: Person | None, sender: Sender, shared: set[_Name]) -> None:
    """Raise `Ambiguous` where a name that several people have is all that says whose a file is.

    Whoever came first would get the marks of the others.
    """
    if (sender.system, name_key(sender.name)) not in shared:
        return
    if sender.system == "moodle":
        raise Ambiguous(
            f"Two participants are called {sender.name}; pass Moodle's grading worksheet"
            " with --roster."
        )
    if sender.system == "canvas" and known and not known.canvas_id:
        raise Ambiguous(
            f"Two people are called {sender.name}; pass the gradebook that Canvas exports"
            " with --roster."
        )


def _with_number(known: Person, sender: Sender, lists: Lists) -> Person:
    """Add Canvas's number of a known person to the roster."""
    if sender.system == "canvas" and not known.canvas_id and sender.key.isdigit():
        return lists.people.add(Person(known.student, canvas_id=sender.key))
    return known


def _newcomer(sender: Sender, lists: Lists) -> Person:
    """Return a person who is not in the roster, from what a system says."""
    if sender.system == "gradescope":
        if not (sender.name or sender.email or sender.sid):
            raise Ambiguous(f"{METADATA} does not say whose it is.")
        return Person("", sender.name, sender.email, id_number=sender.sid)
    if sender.system == "canvas" and not sender.name:
        return Person(f"anon-{sender.key}")
    if sender.system == "canvas":
        taken = [person.student for person in lists.people]
        folder = folder_name(f"{sender.name}-{sender.key}", taken)
        return Person(folder, sender.name, canvas_id=sender.key)
    return Person("", sender.name)


def _attempts(candidates: list[Candidate]) -> list[list[Candidate]]:
    """Group the candidates by student and assignment, the last attempt of each at the end."""
    found: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in sorted(candidates, key=attempt_order):
        found.setdefault((candidate.person.student, candidate.assignment), []).append(candidate)
    return [found[key] for key in sorted(found)]


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
        for name in sorted(assignments)
        if not (class_folder.submitted / person.student / name).exists()
    ]
