"""How each system names what it hands out: from a name that a system wrote to who sent it.

Each reader's docstring shows the names that it reads, and where they are described. Only parts that
the system itself wrote are read here; `layers` says which parts of a path those are.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from autograder.gradebook.written_dates import read_date

_LONGEST = 500  # characters of a part that are read; no system's own are so many

# Numbers are the system's own: ASCII digits, whatever a person's name holds.
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]{1,40})_(?P<file>[0-9]{1,20})_(?P<own>.+)"
)
_CANVAS = re.compile(
    r"(?P<late>LATE_)?(?P<user>[0-9]{1,20})_(?P<file>[0-9]{1,20})_(?P<own>.+)", re.IGNORECASE
)
_MOODLE = re.compile(
    r"(?P<name>[^_]+?)(_(?P<user>[0-9]{1,20}))?_assignsubmission_file(_(?P<own>.*))?"
)
_OTHER_MOODLE = re.compile(r"[^_]+(_[0-9]{1,20})?_assignsubmission_[a-z]+(_.*)?")
_BLACKBOARD = re.compile(
    r"(?P<who>.+?)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<own>.+)|\.txt)"
)
_BRIGHTSPACE = re.compile(
    r"(?P<key>[0-9]{1,20}-[0-9]{1,20}) ?- ?(?P<name>.+?) ?- ?"
    r"(?P<date>\S+ \S+ [0-9]{4}) (?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})"
    r"(?P<half> ?[AaPp]\.?[Mm]\.?)?"
)
_SAKAI_PERSON = re.compile(r"([^(),]*,[^()]*)\(([^()]+)\)")
_SAKAI = re.compile(
    r"(?P<who>[^(),]*,[^()]*\([^()]+\)(?:; ?[^(),]*,[^()]*\([^()]+\))*)"
    r"(?:_(?P<place>Submission attachment\(s\))_+(?P<own>.+)|_+submissionText\.html)?"
)
_SAKAI_TIME = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$", re.ASCII)
_ILIAS = re.compile(r"(?P<name>[^_]+_.+_.+)_(?P<user>[0-9]{1,20})")


@dataclass(frozen=True)
class Sender:
    """What a system says of the person who handed something in."""

    system: str
    """canvas, moodle, gradescope, another of FORMS, pattern, or plain."""
    key: str
    """The system's own number or login for the person, or its number for the submission."""
    name: str = ""
    email: str = ""
    sid: str = ""
    key_field: str = ""
    """The field of the roster that `key` is of, where that is known."""
    late: bool | None = None
    """What the system says of the due date; None if it says nothing."""
    time: datetime | None = None
    """When the system received the file, in UTC; None if it does not say."""
    order: int = 0
    """The system's own count of files: a larger one was uploaded later."""
    own: tuple[str, ...] = field(default=(), compare=False)
    """What the student called the file, where the system's part holds that too."""
    together: bool = False
    """Whether it is one of several who handed in together, not one of several readings."""
    group: str = ""
    """The group that handed in, where the system names it beside a person or instead of one."""


def canvas(part: str, _: tzinfo) -> list[Sender]:
    """Read Canvas's file names; a person's name may end in a number, hence several readings.

    `lovelaceada_[LATE_]4711_998877_reshape-1.ipynb`: the person's name (of group work the group's),
    user id (of group work one member's) and file id, then what the student called the file;
    `[LATE_]anon_x7Q2b_998877_reshape.ipynb` where grading is anonymous. Source: `get_filename` and
    `sanitize_user_name` in `lib/content_zipper.rb` of instructure/canvas-lms.
    """
    anonymous = _ANONYMOUS.fullmatch(part)
    if anonymous:
        return [_canvas_sender("", anonymous)]
    starts = [0, *(found.end() for found in re.finditer("_", part))]
    readings = []
    for start in starts:
        match = _CANVAS.fullmatch(part, start)
        if match and start:
            readings.append(_canvas_sender(part[: start - 1], match))
    # "name_LATE" is the name and the mark, not a name.
    return [one for one in readings if not f"_{one.name.upper()}".endswith("_LATE")]


def _canvas_sender(name: str, match: re.Match[str]) -> Sender:
    """Return the sender of one reading."""
    return Sender(
        "canvas",
        match["user"],
        name,
        late=bool(match["late"]),
        order=int(match["file"]),
        own=(match["own"],),
    )


def moodle(part: str, _: tzinfo) -> list[Sender]:
    """Read Moodle's names; Moodle removes underscores from the person's name.

    `Ada Lovelace_123456_assignsubmission_file/reshape.ipynb`, before 4.1 with `_` after `file`;
    `Ada Lovelace_123456_assignsubmission_file_reshape.ipynb` without folders; of team work
    `Team Rot_55_…` with the group's number, `Default group_…` without one, and in older versions
    `Team 1-Ada Lovelace_4711_…`; `Participant_123456_…` where grading is anonymous. Source:
    `get_student_prefix` in `mod/assign/classes/downloader.php` of moodle/moodle, and
    `download_submissions` in its earlier `mod/assign/locallib.php`.
    """
    match = _MOODLE.fullmatch(part)
    if not match:
        return []
    own = (match["own"],) if match["own"] else ()
    name, key = match["name"].strip(), match["user"] or ""
    readings = [Sender("moodle", key, name, own=own)]
    for dash in re.finditer("-", name):
        group, person = name[: dash.start()].strip(), name[dash.end() :].strip()
        if group and person and key:
            readings.append(Sender("moodle", key, person, own=own, group=group))
    return readings


def blackboard(part: str, zone: tzinfo) -> list[Sender]:
    """Read Blackboard's names; title and login may hold underscores, hence several readings.

    `Homework 1_ada_attempt_2026-11-01-21-15-00_reshape.ipynb`, and beside each attempt
    `Homework 1_ada_attempt_2026-11-01-21-15-00.txt`, which Blackboard writes; for group work the
    group's name instead of the login. Source: the descriptions in kwurst/bb-file-cleanup and
    jeroendoggen/blackboard-analysis-tools, and nbgrader's example for `named_regexp`.
    """
    match = _BLACKBOARD.fullmatch(part)
    if not match:
        return []
    try:
        time = datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=zone)
        time = time.astimezone(UTC)
    except (ValueError, OverflowError):  # a student's own name for a file, not Blackboard's
        return []
    own = (match["own"],) if match["own"] else ()
    who = match["who"]
    keys = [who[found.end() :] for found in re.finditer("_", who)]
    return [
        Sender("blackboard", key, time=time, own=own, group=key) for key in reversed(keys) if key
    ]


def brightspace(part: str, zone: tzinfo) -> list[Sender]:
    """Read Brightspace's folders: one for each submission, with its time.

    `397063-2557369 - Ada Lovelace - Nov 1, 2026 915 PM/reshape.ipynb`, for group work the group's
    name; beside them `index.html`. Source: the folders that public scripts for renaming them show.
    """
    match = _BRIGHTSPACE.fullmatch(part)
    if not match:
        return []
    clock = f"{match['hour']}:{match['minute']}{match['half'] or ''}"
    time = read_date(f"{match['date']} {clock}", zone)
    name = match["name"].strip()
    utc = time.astimezone(UTC) if time else None
    return [Sender("brightspace", match["key"], name, time=utc, group=name)]


def sakai(part: str, _: tzinfo) -> list[Sender]:
    """Read Sakai's names: a login for each person of a group.

    `Homework 1/Lovelace, Ada(ada)/Submission attachment(s)/reshape.ipynb`, with `timestamp.txt`
    beside that folder; `Lovelace, Ada(ada); Noether, Emmy(emmy)/…` for group work;
    `Lovelace, Ada(ada)_Submission attachment(s)_reshape.ipynb` without folders; `grades.csv` beside
    them. Source: `zipSubmissions` in `AssignmentServiceImpl.java` of sakaiproject/sakai.
    """
    match = _SAKAI.fullmatch(part)
    if not match:
        return []
    people = _SAKAI_PERSON.findall(match["who"])
    own = (match["own"],) if match["own"] else ()
    return [
        Sender("sakai", key, name.strip(" ;,"), own=own, together=len(people) > 1)
        for name, key in people
    ]


def sakai_time(text: str) -> datetime | None:
    """Read the time in Sakai's `timestamp.txt`, in UTC; None for anything else.

    `2026-11-01T20:15:42.170Z`, before Sakai 12 `20261101201542170`. Source: `zipSubmissions`, and
    `MyTime.java` in Sakai's kernel.
    """
    time = read_date(_SAKAI_TIME.sub(r"\1-\2-\3T\4:\5:\6.\7Z", text.strip()), UTC)
    return time.astimezone(UTC) if time else None


def ilias(part: str, _: tzinfo) -> list[Sender]:
    """Read ILIAS's folders; names and login may hold underscores, hence several readings.

    `Homework 1/Submissions/Lovelace_Ada_ada_4711/reshape.ipynb`: last name, first name, login and
    user id; for group work `…/Team 12/Lovelace_Ada_ada_4711/…`, with the member who uploaded. Names
    are written in ASCII, and a late file begins with `Late Submission - `. Source:
    `getDirectoryNameFromUserData` and `downloadAllAssignmentFiles` in the Exercise module of
    ILIAS-eLearning/ILIAS.
    """
    match = _ILIAS.fullmatch(part)
    if not match:
        return []
    who = match["name"]
    ends = [found.end() for found in re.finditer("_", who)]
    return [
        Sender("ilias", who[end:], who[: end - 1].replace("_", " "), sid=match["user"])
        for end in reversed(ends)
        if who[end:]
    ]


_ILIAS_LATE = re.compile(r"(late submission|versp(ä|ae|a)tete abgabe) - .+", re.IGNORECASE)


def with_lateness(sender: Sender, name: str) -> Sender:
    """Add what ILIAS writes before the name of a late file."""
    return (
        replace(sender, late=bool(_ILIAS_LATE.match(name))) if sender.system == "ilias" else sender
    )


def github(part: str, slug: str) -> list[Sender]:
    """Read GitHub Classroom's folders: the repository's name is the assignment's and the login.

    `homework-1-submissions/homework-1-ada-l/reshape.ipynb`; for group work the team's name instead
    of the login. Source: `clone student-repos` in github/gh-classroom.
    """
    key = part[len(slug) + 1 :] if part.casefold().startswith(f"{slug}-".casefold()) else ""
    return [Sender("github", key, group=key)] if key else []


FORMS: Mapping[str, Callable[[str, tzinfo], list[Sender]]] = {
    "moodle": moodle,
    "blackboard": blackboard,
    "brightspace": brightspace,
    "sakai": sakai,
    "canvas": canvas,
}
"""Forms whose names can be told from any others; a student's are never so by accident."""

BESIDE = {
    "brightspace": re.compile(r"index\.html"),
    "sakai": re.compile(r"grades\.(csv|xls|xlsx)"),
}
"""Files that a system writes beside what students handed in."""

SAKAI_FEEDBACK = re.compile(r"comments\.txt|feedbackText\.html|Feedback Attachment\(s\)")
"""What Sakai writes of the teacher's answer into the folder of a person."""

TYPED = re.compile(r".+_attempt_[0-9-]{19}\.txt|.+_+submissionText\.html")
"""Files in which a system writes down what students typed."""


def readings_by_form(part: str, zone: tzinfo = UTC) -> dict[str, list[Sender]]:
    """Return who a part that a system wrote names, by the system that may have written it.

    What a student called a file can look like another system's name: see `layers`.
    """
    part = part[:_LONGEST]
    return {system: found for system, read in FORMS.items() if (found := read(part, zone))}


def is_other_plugin(part: str) -> bool:
    """Whether a part that Moodle wrote is another plugin's, such as its online text."""
    part = part[:_LONGEST]
    return bool(_OTHER_MOODLE.fullmatch(part)) and not _MOODLE.fullmatch(part)


def gradescope_senders(part: str, about: Mapping[str, Any] | None) -> list[Sender]:
    """Return the members of the group that handed in a submission, as Gradescope names them.

    `assignment_1_export/submission_4711/reshape.ipynb` beside `submission_metadata.yml`. `about` is
    what `identifying.read_people` says of it; None if it says nothing.
    """
    people = about["people"] if about else []
    time = datetime.fromisoformat(about["time"]) if about and about["time"] else None
    return [
        Sender(
            "gradescope",
            part,
            one["name"],
            one["email"],
            one["sid"],
            time=time,
            together=len(people) > 1,
        )
        for one in people
    ] or [Sender("gradescope", part)]


class UnusablePattern(Exception):
    """A `--pattern` that says nothing; the message says why."""


_NUMBER_FIELDS = {
    "student_id": "student",
    "student": "student",
    "login": "login",
    "id_number": "id_number",
    "sid": "id_number",
    "canvas_id": "canvas_id",
    "github": "github",
}
"""The groups of a pattern that say who somebody is, and the roster's fields."""


class NamePattern:
    """An instructor's `--pattern`, in the way of nbgrader's `named_regexp`."""

    def __init__(self, text: str) -> None:
        try:
            # What an instructor wrote greedily a student's own name for a file could lead astray.
            self._readings = [re.compile(text), re.compile(_lazy(text))]
        except re.error as error:
            raise UnusablePattern(f"{error}") from error
        groups = set(self._readings[0].groupindex)
        known = {*_NUMBER_FIELDS, "email", "name", "group"}
        if not (known & groups or {"first_name", "last_name"} <= groups):
            raise UnusablePattern("it has none of the groups student_id, email, name and group")

    def senders(self, path: str, zone: tzinfo) -> list[Sender]:
        """Return who a path names: several readings if it has them, [] if it does not fit."""
        matches = [one.fullmatch(path[:_LONGEST]) for one in self._readings]
        senders = [self._sender(one.groupdict(default=""), zone) for one in matches if one]
        return list(dict.fromkeys(senders))

    def _sender(self, said: Mapping[str, str], zone: tzinfo) -> Sender:
        """Return the sender of one reading."""
        halves = f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
        time = _stamp(said.get("timestamp", ""), zone)
        number = next((name for name in _NUMBER_FIELDS if said.get(name)), "")
        return Sender(
            "pattern",
            said.get(number, ""),
            said.get("name", "") or halves,
            said.get("email", ""),
            key_field=_NUMBER_FIELDS.get(number, ""),
            late=bool(said["late"]) if "late" in said else None,
            time=time.astimezone(UTC) if time else None,
            own=(said["file_id"],) if said.get("file_id") else (),
            group=said.get("group", ""),
        )


def _lazy(text: str) -> str:
    """Write an expression so that it repeats as little as it can, where it repeats as much."""
    return re.sub(r"(?<!\\)([*+]|\{[0-9]+,[0-9]*\})(?![?+])", r"\1?", text)


def _stamp(text: str, zone: tzinfo) -> datetime | None:
    """Read a time as file names have it, in the order from year to second, else as a date."""
    numbers = re.findall(r"[0-9]+", text)
    if 5 <= len(numbers) <= 6 and len(numbers[0]) == 4:
        day, clock = "-".join(numbers[:3]), ":".join(numbers[3:])
        return read_date(f"{day} {clock}", zone)
    return read_date(text, zone)
