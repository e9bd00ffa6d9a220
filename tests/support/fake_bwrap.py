"""A `bwrap` that only names its version and its options, as another system would have it."""

from pathlib import Path

from autograder.sandbox.bubblewrap import OPTIONS


def fake_bwrap(folder: Path, version: str = "0.11.0", without: tuple[str, ...] = ()) -> Path:
    """Write it into `folder`; it has all options that the sandbox uses but for some."""
    options = [f"    {option} VALUE     Use VALUE" for option in OPTIONS if option not in without]
    (folder / "help.txt").write_text("\n".join([*options, ""]))
    path = folder / "bwrap"
    path.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = --version ]; then echo bubblewrap {version}; exit; fi\n'
        f'while read -r line; do echo "$line"; done < {folder / "help.txt"}\n'
    )
    path.chmod(0o755)
    return path
