"""Both commands: every verb documented with examples, every mistake one line and status 2."""

import re
import subprocess
import sys

import pytest
import typer
from support.commands import run_command
from typer.testing import CliRunner

import autograder.cli
import course.cli

VERBS = [
    (app, name)
    for app in (course.cli.app, autograder.cli.app)
    for name in sorted(typer.main.get_command(app).commands)
]


@pytest.mark.parametrize(("app", "name"), VERBS, ids=[name for _, name in VERBS])
def test_every_verb_says_what_it_does_and_gives_examples(app, name):
    text = typer.main.get_command(app).commands[name].help
    assert text.splitlines()[0].endswith(".")
    assert "Examples:" in text


@pytest.mark.parametrize("module", ["course", "autograder"])
def test_help_and_version_cost_no_tensorflow(module):
    code = (
        f"import sys; from {module}.cli import main\n"
        "try: main()\n"
        "finally: print([m for m in ('tensorflow', 'keras', 'matplotlib', 'nbgrader') "
        "if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    assert result.stdout.endswith("[]\n")
    assert "Examples:" in result.stdout


def test_importing_the_course_loads_nothing_heavy():
    code = "import sys, course; print({'numpy', 'tensorflow', 'matplotlib'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "set()\n"


def test_status_imports_nothing_that_takes_longer_than_it_does(tmp_path):
    run_command("course", "lab", tmp_path, "--no-start")
    code = (
        "import sys; from course.cli import main; sys.argv[1:] = ['status']\n"
        "try: main()\n"
        "finally: print({'nbformat', 'jsonschema', 'pydantic', 'numpy'} & set(sys.modules))"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert result.stdout.endswith("set()\n")
    assert "Next: " in result.stdout


@pytest.mark.parametrize(
    ("module", "arguments", "words"),
    [
        ("autograder", ["build", "nonsense"], "no assignment called 'nonsense'"),
        ("autograder", ["grade", "nonsense"], "no assignment called 'nonsense'"),
        ("autograder", ["grade", "--class", "empty"], "nothing to grade"),
        ("autograder", ["feedback", "--class", "empty"], "Nothing is graded"),
        ("autograder", ["demo", "--class", "tests"], "not from the demo"),
        ("autograder", ["build", "--course", "tests"], "no folder `solutions`"),
        ("course", ["data", "--limit", "0"], "limit=0"),
        ("course", ["quiz", "--topic", "nonsense"], "'nonsense'"),
        ("course", ["lab", "--no-start", "/dev/null/notebooks"], "/dev/null"),
        ("course", ["check", "reshap"], "Did you mean reshape"),
        ("course", ["check", "README.md"], "README.md"),
        ("course", ["check", "course/lessons/lesson.ipynb"], "no exercises to check"),
        ("course", ["hint", "trian"], "Did you mean train"),
    ],
)
def test_a_mistake_is_one_line_with_the_next_step(course, module, arguments, words):
    result = run_command(module, *arguments, cwd=course.root)
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nonsense"], ["grade", "--limit"]])
def test_wrong_arguments_are_refused_with_status_2(arguments):
    result = run_command("autograder", *arguments)
    assert result.returncode == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize(("app", "name"), VERBS, ids=[name for _, name in VERBS])
def test_the_usage_has_each_argument_in_brackets_once(app, name):
    usage = CliRunner().invoke(app, [name, "--help"]).output.partition("\n\n")[0]

    assert not re.search(r"\[\[|\]\]|\{[^\s}]*\.\.\.|\.\.\.\S*\.\.\.", usage), usage
