"""From what a system hands out to `submitted/`: every file is taken, or has a reason why not."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Taken, read_ledger, utc_text, write_ledger
from autograder.gradebook.people import Ambiguous, Person, folder_name, name_key
from autograder.gradebook.roster import Lists, add_list, read_roster, write_roster
from autograder.ingest import Rejected
from autograder.lms.archive import Entry, Refused, walk
from autograder.lms.naming import METADATA, Sender, is_other_plugin, read_metadata, senders
from autograder.lms.placing import Candidate, identify, later, place
from autograder.pages.leaderboard.scoring_notebook import NAME as OPEN
from course.errors import GradingError


@dataclass(frozen=True)
class CollectOptions:
    """What an instructor can choose."""

    assignment: str = ""
    """Take every notebook for one of this assignment."""
    student: str = ""
    """Whose it is, where no name says it."""
    rosters: tuple[Path, ...] = ()
    received: datetime | None = None
    """When it was handed in, where the system does not say."""
    zone: tzinfo = UTC
    """The zone of Moodle's worksheet."""
    force: bool = False
    """Replace also what was not collected by this command."""


@dataclass(frozen=True)
class Row:
    """What became of one submission, or of one thing that was found."""

    student: str
    assignment: str
    status: str
    """new, updated, unchanged, older, missing, or refused."""
    note: str = ""


@dataclass
class Collected:
    """What a run came to."""

    rows: list[Row] = field(default_factory=list)
    ignored: int = 0
    """Files that are no notebooks."""

    def refuse(self, where: str, reason: str) -> None:
        """Note what was not taken."""
        self.rows.append(Row("", "", "refused", f"{where}: {reason}"))


def collect(
    class_folder: ClassFolder,
    archives: list[Path],
    sources: dict[str, NotebookNode],
    options: CollectOptions,
    now: datetime | None = None,
) -> Collected:
    """Take what the archives hold into the class folder; `sources` are the source notebooks."""
    done = Collected()
    lists = read_roster(class_folder)
    for path in options.rosters:
        add_list(lists, path, options.zone)
    ledger = read_ledger(class_folder)
    candidates: list[Candidate] = []
    for path in archives:
        if not path.exists():
            raise GradingError(f"{path} does not exist.", "Name a zip or a folder.")
        candidates += _candidates(path, lists, sources, options, done)
    best, others = _choose(candidates)
    for candidate in others:
        note = f"{candidate.entry.where}: an earlier attempt, or a further file, does not count."
        done.rows.append(Row(candidate.person.student, candidate.assignment, "older", note))
    for candidate in best:
        taken = _taken(candidate, options, now or datetime.now(UTC))
        status, note = place(class_folder, taken, candidate.entry.content, ledger, options.force)
        note = " ".join(filter(None, (note, candidate.note)))
        done.rows.append(Row(taken.student, taken.assignment, status, note))
    if not best and not done.rows:
        names = ", ".join(path.name for path in archives)
        raise GradingError(f"There is no notebook in {names}.", "Name what the LMS handed out.")
    # Nobody has to do the open exercise.
    done.rows += _missing(class_folder, lists, {one.assignment for one in best} - {OPEN})
    write_roster(class_folder, lists.people)
    write_ledger(class_folder, ledger)
    return done


def _candidates(
    path: Path,
    lists: Lists,
    sources: dict[str, NotebookNode],
    options: CollectOptions,
    done: Collected,
) -> Iterator[Candidate]:
    """Give every notebook of an archive with its sender and its assignment."""
    found = list(walk(path))
    entries = [one for one in found if isinstance(one, Entry)]
    metadata, broken = read_metadata(entries)
    for where in broken:
        done.refuse(where, "It is not what Gradescope writes; its submissions have no names.")
    for one in found:
        if isinstance(one, Refused) and not one.other:
            done.refuse(f"{_whose(one, metadata)}{one.where}", one.reason)
        elif isinstance(one, Refused) or _no_notebook(one):
            done.ignored += 1
    seen: dict[str, str] = {}
    for entry in (one for one in entries if not _no_notebook(one)):
        readings = senders(entry.parts, metadata) or _plain(entry, path, options)
        try:
            for person, sender, note in _people(readings, lists, seen):
                name = options.assignment or identify(entry, sender.own, sources)
                yield Candidate(person, name, entry, sender, path.name, note)
        except (Ambiguous, Rejected) as error:
            done.refuse(entry.where, str(error))


def _no_notebook(entry: Entry) -> bool:
    """Whether a file was read for another purpose than to be collected."""
    name = entry.parts[-1].lower()
    return not name.endswith(".ipynb") or name == METADATA or is_other_plugin(entry.parts)


def _whose(refused: Refused, metadata: dict[tuple[str, ...], object]) -> str:
    """Name the sender of something refused, as far as its path tells."""
    names = {one.name for one in senders(refused.parts, metadata) if one.name}
    return f"{names.pop()}: " if len(names) == 1 else ""


def _plain(entry: Entry, path: Path, options: CollectOptions) -> list[Sender]:
    """Guess whose a file is that no system named: a student's own zip, or a folder per student."""
    if options.student:
        return [Sender("plain", options.student, own=entry.parts)]
    first = entry.parts[0]
    keys = [path.stem] if not path.is_dir() else []
    keys += [first.removesuffix(".zip")] if len(entry.parts) > 1 else []
    # `course submit --student ada` packs ada-submission.zip.
    return [Sender("plain", key.removesuffix("-submission"), own=entry.parts) for key in keys]


def _people(
    readings: list[Sender], lists: Lists, seen: dict[str, str]
) -> Iterator[tuple[Person, Sender, str]]:
    """Give whose a file is: one person, or each of a group that handed in together."""
    if len(readings) > 1 and readings[0].system == "gradescope":
        for reading in readings:
            yield from _people([reading], lists, seen)
        return
    participant = lists.participants.get(readings[0].key) if readings else None
    if participant and readings[0].system == "moodle":
        if name_key(readings[0].name) not in ("", name_key(participant.person.name), "participant"):
            raise Ambiguous("Its number and its name are two people's in Moodle's worksheet.")
        person = lists.people.get(participant.person.student) or participant.person
        yield person, replace(readings[0], time=participant.time), ""
        return
    known = lists.people.who(readings)
    if known:
        sender = readings[0]
        if sender.system == "moodle" and seen.setdefault(known.student, sender.key) != sender.key:
            raise Ambiguous(
                f"Two participants are called {sender.name}; give Moodle's grading worksheet"
                " with --roster."
            )
        if sender.system == "canvas" and not known.canvas_id and sender.key.isdigit():
            known = lists.people.add(Person(known.student, canvas_id=sender.key))
        yield known, sender, ""
        return
    if not readings or readings[0].system == "plain":
        raise Ambiguous("Nothing says whose it is; name the student with --student.")
    person = lists.people.add(_newcomer(readings[0], lists))
    seen[person.student] = readings[0].key
    yield person, readings[0], "Not in the roster before."


def _newcomer(sender: Sender, lists: Lists) -> Person:
    """Make a person of what a system says."""
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


def _choose(candidates: list[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Part the attempts that count, the last of each student's, from the others."""
    last: dict[tuple[str, str], Candidate] = {}
    for candidate in sorted(candidates, key=later):
        last[candidate.person.student, candidate.assignment] = candidate
    best = sorted(last.values(), key=lambda one: (one.person.student, one.assignment))
    chosen = {id(one) for one in best}
    return best, [one for one in candidates if id(one) not in chosen]


def _taken(candidate: Candidate, options: CollectOptions, now: datetime) -> Taken:
    """Note what is known of a submission; what nobody says of its time stays unknown."""
    sender = candidate.sender
    time = sender.time or (None if sender.late is False else options.received)
    if sender.late and time is None:
        time = now  # the system says late, not by how much
    return Taken(
        student=candidate.person.student,
        assignment=candidate.assignment,
        digest=hashlib.sha256(candidate.entry.content).hexdigest(),
        system=sender.system,
        source=f"{candidate.archive}: {candidate.entry.where}",
        collected=utc_text(now),
        time=utc_text(time),
        late=sender.late,
        order=sender.order,
    )


def _missing(class_folder: ClassFolder, lists: Lists, assignments: set[str]) -> list[Row]:
    """Name who is in the roster and has handed in nothing of what was collected."""
    return [
        Row(person.student, name, "missing", "Nothing was handed in.")
        for person in sorted(lists.people, key=lambda one: one.student)
        for name in sorted(assignments)
        if not (class_folder.submitted / person.student / name).exists()
    ]
