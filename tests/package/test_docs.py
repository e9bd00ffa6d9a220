"""The documentation names what exists: paths, commands, options, make targets, Python names."""

import pkgutil
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click import Command
from support.places import ROOT

import autograder.cli
import course.cli

PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md"))
PACKAGES = {"course": course.cli.app, "autograder": autograder.cli.app}
FOLDERS = ("course", "autograder", "tests", "solutions", "exercises", "docs", "binder", "deploy")
ROOMS = [path.parent.name for path in (ROOT / "autograder").glob("*/__init__.py")]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`]+)`")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def snippets(path: Path) -> list[str]:
    """The lines of shell code, joined at backslashes, and the code within the text."""
    text = path.read_text(encoding="utf-8")
    fenced = [code.replace("\\\n", " ") for kind, code in FENCE.findall(text) if kind == "sh"]
    spans = [" ".join(span.split()) for span in SPAN.findall(FENCE.sub("", text))]
    return [line for block in fenced for line in block.splitlines()] + spans


def words(snippet: str) -> list[str]:
    try:
        return shlex.split(snippet, comments=True)
    except ValueError:  # no command line
        return []


def named_paths(text: str, folders: list[str] | tuple[str, ...]) -> set[str]:
    found = re.findall(rf"(?<![\w/.-])(?:{'|'.join(folders)})/[\w./-]*", text)
    return {path.rstrip(".") for path in found}


def missing_paths(text: str, page: str) -> set[str]:
    """What a page names and the checkout does not have."""
    missing = {path for path in named_paths(text, FOLDERS) if not (ROOT / path).exists()}
    if page == "docs/how-it-is-built.md":
        inside = named_paths(text, ROOMS)
        missing |= {path for path in inside if not (ROOT / "autograder" / path).exists()}
    known = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    known |= {path.name for path in ROOT.glob("*.py")}
    return missing | (set(re.findall(r"`(\w+\.py)`", text)) - known)


def commands(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The package, the verb and the options of every command that a page gives."""
    for line in map(words, snippets(path)):
        if len(line) > 1 and line[0] in PACKAGES and re.fullmatch(r"[a-z]+(-[a-z]+)*", line[1]):
            yield line[0], line[1], [word for word in line[2:] if word.startswith("-")]


def make_targets(path: Path) -> set[str]:
    """The targets of every `make` command that a page gives."""
    lines = map(words, snippets(path))
    return {line[1] for line in lines if len(line) > 1 and line[0] == "make"}


def python_names(path: Path) -> set[str]:
    return set(re.findall(r"\bautograder\.[\w.]*\w", path.read_text(encoding="utf-8")))


def verbs(package: str) -> dict[str, Command]:
    return typer.main.get_command(PACKAGES[package]).commands


def options(command: Command) -> set[str]:
    return {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_path_that_a_page_names_exists(path):
    assert missing_paths(path.read_text(encoding="utf-8"), name(path)) == set()


def test_every_bound_has_a_limit_an_end_and_a_test():
    text = (ROOT / "docs/trust.md").read_text(encoding="utf-8")
    table = text.partition("## Bounds")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in row[1:-1].split("|")]
        for row in table.splitlines()
        if row[:1] == "|"
    ]

    assert rows[0] == ["what", "limit", "what happens past it", "test"]
    assert len(rows) > 30
    for what, _, past, test in rows[2:]:
        assert what and past, what
        assert re.search(r"`tests/[\w/]+\.py`", test), what


def test_a_path_that_does_not_exist_is_found():
    text = "See `course/nonsense/`, `nonsense.py`, lms/nonsense.py and `autograder/lms/`."

    assert missing_paths(text, "README.md") == {"course/nonsense/", "nonsense.py"}
    assert "lms/nonsense.py" in missing_paths(text, "docs/how-it-is-built.md")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_command_and_option_that_a_page_gives_exists(path):
    for package, verb, given in commands(path):
        assert verb in verbs(package), f"{package} {verb}"
        known = options(verbs(package)[verb])
        assert {option.partition("=")[0] for option in given} <= known, f"{package} {verb}"


def test_every_verb_is_in_the_documentation():
    given = {(package, verb) for path in PAGES for package, verb, _ in commands(path)}

    assert given == {(package, verb) for package in PACKAGES for verb in verbs(package)}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_make_target_that_a_page_gives_exists(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert make_targets(path) <= targets


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_python_name_that_a_page_gives_exists(path):
    for dotted in python_names(path):
        pkgutil.resolve_name(dotted)


def test_options_make_targets_and_python_names_are_found_on_the_pages():
    given = [option for path in PAGES for _, _, options in commands(path) for option in options]

    assert len(given) >= 20
    assert {"test", "build", "bench"} <= set().union(*map(make_targets, PAGES))
    assert set().union(*map(python_names, PAGES))


@pytest.mark.parametrize("page", ["README.md", "docs/how-it-is-built.md"])
def test_every_room_is_in_the_tables_of_rooms(page):
    rows = [line for line in (ROOT / page).read_text("utf-8").splitlines() if line.startswith("|")]
    rooms = {
        str(path.parent.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).glob("*/__init__.py")
    }

    first_cells = " ".join(row.split("|")[1] for row in rows)
    named = {path.rstrip("/") for path in named_paths(first_cells, tuple(PACKAGES))}

    assert rooms <= named


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
