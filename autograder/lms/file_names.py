"""What the name of a file says: an archive, or something that a system made."""

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz")
"""Endings of the archives that are opened."""

_CLUTTER = (
    "__MACOSX",
    "__pycache__",
    ".ipynb_checkpoints",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "timestamp.txt",
    "submission_secret.txt",
    ".git",
    ".gitignore",
    ".gitattributes",
    ".github",
)


def without_archive_ending(name: str) -> str:
    """Take the ending of an archive that is opened from a name."""
    ending = max((one for one in ARCHIVES if name.lower().endswith(one)), key=len, default="")
    return name[: len(name) - len(ending)]


def is_archive(name: str) -> bool:
    """Whether an archive of this name is opened."""
    return name.lower().endswith(ARCHIVES)


def is_clutter(name: str) -> bool:
    """Whether a system made a file or folder of this name, and no student."""
    return name in _CLUTTER or name.startswith("._")


def made_root(name: str) -> str:
    """Return the outermost part of a path that a system made, with what is above; "" if none is."""
    parts = name.split("/")
    at = next((at for at, part in enumerate(parts) if is_clutter(part)), None)
    return "" if at is None else "/".join(parts[: at + 1])
