"""In which encoding an old zip has its names: the one in which they are names of the class.

A zip says of a name only whether it is UTF-8. Where it does not say so, the name is in the code
page of the system that packed it, and the same bytes are other letters in each.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from autograder.gradebook.roster import IDENTIFIERS, People, Person, accented_name_key
from autograder.lms.folder_forms import bare_name
from autograder.lms.forms import readings_by_form
from autograder.lms.naming import canvas_forms, canvas_key

CANDIDATES = (
    *("utf-8", "cp437", "cp850", "cp1252"),  # Western: the format's own, DOS, Windows
    *("cp932", "gbk", "big5", "cp949"),  # Japanese, Chinese simplified and traditional, Korean
    *("cp852", "cp1250", "cp866", "cp1251", "koi8-r"),  # Central European, Cyrillic
    *("cp1253", "cp1254", "cp1255", "cp1256", "cp1258"),  # Greek, Turkish, Hebrew, Arabic, Viet
)
"""Python's names of the encodings that are tried, the likeliest first."""

_LEVELS = 2
"""How many parts of a path can be a system's: what lies below is the student's."""


@dataclass(frozen=True)
class NameEncoding:
    """How names that do not say their encoding are read."""

    name: str = ""
    """Python's name of the encoding; "" where none is certain."""
    note: str = ""
    """What an instructor should know of it."""


def encoding_of(names: Sequence[bytes], people: People) -> NameEncoding:
    """Choose the encoding in which most of these names are names of the class's people.

    `names` are the paths in a zip that are neither UTF-8 nor say what they are. Where several
    encodings give as many names of the class, and other letters, none is certain.
    """
    if not names:
        return NameEncoding()
    keys = frozenset(key for one in people for key in _keys_of(one))
    counts: dict[tuple[str, ...], int] = {}
    spelled: dict[tuple[str, ...], str] = {}
    for encoding in CANDIDATES:
        try:
            texts = tuple(name.decode(encoding) for name in names)
        except UnicodeDecodeError:
            continue
        spelled.setdefault(texts, encoding)
        counts[texts] = sum(_names_somebody(text, keys) for text in texts)
    most = max(counts.values(), default=0)
    best = [spelled[texts] for texts, count in counts.items() if count == most]
    if most and len(best) == 1:
        return NameEncoding(best[0])
    if most:
        return NameEncoding(note=_SEVERAL.format(len(names), " or ".join(best)))
    return NameEncoding(note=_NONE.format(len(names)))


_STEP = "If letters are wrong, collect it again with --encoding, such as --encoding cp932."
_NONE = (
    "{} of its names do not say their encoding, and in none that is tried are they names of "
    f"the class's list. {_STEP}"
)
_SEVERAL = (
    f"{{}} of its names do not say their encoding, and can be names of the class in {{}}. {_STEP}"
)


def _names_somebody(text: str, keys: frozenset[str]) -> bool:
    """Whether a path has a name of the class in letters that depend on the encoding."""
    parts = text.replace("\\", "/").split("/")[:_LEVELS]
    return any(not part.isascii() and not keys.isdisjoint(_keys_in(part)) for part in parts)


def _keys_in(part: str) -> Iterable[str]:
    """Yield what a part of a path may call somebody, as far as it is not ASCII."""
    bare = bare_name(part)
    found = [_plain(bare), accented_name_key(bare)]
    for readings in readings_by_form(part, UTC).values():
        for one in readings:
            found += [_plain(one.key), _plain(one.email), _plain(one.group)]
            found += [
                accented_name_key(one.name),
                accented_name_key(one.group),
                canvas_key(one.name),
            ]
    return (key for key in found if key and not key.isascii())


def _keys_of(person: Person) -> Iterable[str]:
    """Yield how a person may be called in a path, as `_keys_in` writes it."""
    groups = [person.group, *person.group.replace(";", ",").split(",")]
    yield from (_plain(getattr(person, field)) for field in ("student", *IDENTIFIERS))
    yield from map(accented_name_key, (person.name, *groups))
    yield from canvas_forms(person.name)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
