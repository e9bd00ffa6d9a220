"""The verbs of `course`: a signature is the command line, its docstring the help.

Each verb imports the modules that do its work when it runs, so that `--help` stays instant.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course.cli.command_line import guarded, new_app, version_option
from course.counted import counted

if TYPE_CHECKING:
    from course.learner.folder import Work


def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder for your notebooks.")
    ] = Path("convpool"),
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    start: Annotated[bool, typer.Option(help="Start JupyterLab; else only copy.")] = True,
) -> None:
    """Copy the notebooks into a folder and open JupyterLab there, at the contents page.

    Notebooks that are in the folder already are not changed: your work is never overwritten.

    Examples:

      course lab                         in ./convpool

      course lab ~/convpool --no-browser
    """
    from course.learner.folder import remember_folder
    from course.learner.lab import start_lab, unpack

    for path in unpack(folder):
        typer.echo(f"copied {path}")
    remember_folder(folder)
    if start:
        start_lab(folder, browser=browser)


def status() -> None:
    """Show what is done, what comes next, and your visible points; nothing is run.

    A gap counts as done if it passed the last `course check`, or if the saved notebook shows that
    its check passed.

    Examples:

      course status
    """
    from rich.console import Console

    from course.cli.printing import print_overview
    from course.learner.folder import find_folder
    from course.learner.status import standings

    folder = find_folder()
    print_overview(folder, standings(folder), Console())


def check(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="NOTEBOOK", help="An exercise or a file; default: all."),
    ] = None,
) -> None:
    """Run the visible checks as grading does: on a fresh kernel, from top to bottom.

    The file on disk is checked, so save it first; it is not changed. The exit status is 0 if all
    visible checks pass, 1 if some do not, and 2 if a notebook is missing or can't be read.

    Examples:

      course check                       all your exercises

      course check reshape               one exercise

      course check reshape/reshape.ipynb

      course check improve               the open exercise: the rules, and the accuracy
    """
    from course.cli.printing import HIDDEN, OPEN, print_notice, print_report, progress
    from course.learner.check import check_work
    from course.learner.folder import find_folder, find_work
    from course.learner.packing_list import packing_list, works_of

    entries = [] if notebooks else packing_list(find_folder())
    works = [find_work(name) for name in notebooks or []] or works_of(entries)
    complete = True
    for work in works:
        with progress(work.assignment) as show:
            report = check_work(work, show)
        print_report(report)
        complete = complete and report.complete
    for closing in dict.fromkeys([OPEN if work.is_open else HIDDEN for work in works] or [HIDDEN]):
        typer.echo(closing)
    for entry in entries:
        if entry.problem:
            print_notice(f"{entry.problem}. `course status` says what to do.", entry.assignment)
    if any(entry.path is None and entry.is_fetched for entry in entries):
        raise typer.Exit(2)
    if not complete:
        raise typer.Exit(1)


def hint(
    name: Annotated[
        str | None, typer.Argument(metavar="GAP", help="A gap, such as add_channel_axis.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Begin with the first hint again.")
    ] = False,
) -> None:
    """Show the next hint for a gap; without a gap, list all gaps.

    Three hints give the idea, the operation, and almost the line. After them comes the solution, if
    your instructor has handed it out. Hints cost no marks.

    Examples:

      course hint                        all gaps, and how many of their hints you have seen

      course hint add_channel_axis       the next hint

      course hint add_channel_axis --reset
    """
    from course.learner import hints

    if name is None:
        seen = hints.hints_seen()
        for gap, texts in hints.read_hints().items():
            number = min(seen.get(gap, 0), len(texts))
            typer.echo(f"{gap:22} {number} of {counted(len(texts), 'hint')} seen")
        return
    if reset:
        hints.forget(hints.require_gap(name))
    typer.echo(hints.as_text(hints.next_hint(name)))


def submit(
    student: Annotated[
        str, typer.Option(metavar="NAME", help="Your name or number, as your class uses it.")
    ] = "",
    check: Annotated[bool, typer.Option(help="Check the notebooks first.")] = True,
    use: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Pack this file as its exercise, whatever its name."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the likeliest file instead of asking.")
    ] = False,
) -> None:
    """Check your notebooks, then pack them into one zip file to hand in.

    Unfinished notebooks are packed too. A notebook with another name or in another folder is found
    by its cells; on a terminal you are asked whether it is the one. It is packed under the usual
    name, and your file stays as it is. The zip file is written beside your notebooks; running the
    command again replaces it.

    The last table says what was packed. The exit status is 0 if every exercise was packed, 3 if
    one was not or another file may be meant, and 2 for an error. What you have not yet fetched
    from JupyterLab's Assignment List is named there, and changes no status.

    Examples:

      course submit

      course submit --student ada

      course submit --no-check           pack without checking

      course submit --use "reshape/reshape (1).ipynb"
    """
    from course.cli.handing_in import NOT_PACKED, print_packed, settle
    from course.cli.printing import print_notice
    from course.learner.folder import find_folder
    from course.learner.packing_list import packing_list, works_of
    from course.learner.status import standing_of
    from course.learner.submit import archive_path, collect_files, pack

    folder = find_folder()
    path = archive_path(folder, student)
    entries = settle(packing_list(folder), use or [], accept=yes)
    files = collect_files(entries)
    for assignment, notice in _check_before(works_of(entries)) if check else []:
        print_notice(notice, assignment)
    packed = pack(path, files, student) if files else None
    print_packed(entries, [standing_of(entry) for entry in entries], packed)
    if any(entry.problem for entry in entries):
        raise typer.Exit(NOT_PACKED)


def _check_before(works: "list[Work]") -> list[tuple[str, str]]:
    """Check what will be packed; return all notices, with their exercises."""
    from dataclasses import replace

    from course.cli.printing import HIDDEN, headline, print_report, progress
    from course.learner.check import check_work

    notices = []
    for work in works:
        with progress(work.assignment) as show:
            report = check_work(work, show)
        if report.complete:
            typer.echo(f"{work.assignment}: {headline(report)}")
        else:
            print_report(replace(report, notices=[]))
        notices += [(work.assignment, notice) for notice in report.notices]
    typer.echo(HIDDEN)
    return notices


def reset(
    notebook: Annotated[str, typer.Argument(metavar="NOTEBOOK", help="Such as cnn or lesson.")],
) -> None:
    """Put a notebook back as it was released; yours is kept in the folder backups/.

    Close it in JupyterLab first: JupyterLab may save your old notebook over the new one.

    Examples:

      course reset cnn

      course reset lesson
    """
    from course.learner.lab import reset as put_back

    path, backup = put_back(notebook)
    if backup is not None:
        typer.echo(f"kept yours as {backup}")
    typer.echo(f"fresh copy: {path}")


def quiz(
    topic: Annotated[str | None, typer.Option(help="Ask about one topic only.")] = None,
    number: Annotated[int | None, typer.Option(help="Ask this many questions.")] = None,
    seed: Annotated[int, typer.Option(help="Draw other questions, numbers and orders.")] = 0,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a web page instead of asking.")
    ] = None,
    lesson: Annotated[
        str, typer.Option(metavar="URL", help="Address of the lesson, for the page's links.")
    ] = "",
    restart: Annotated[bool, typer.Option("--restart", help="Forget earlier answers.")] = False,
) -> None:
    """Answer the practice quiz: an explanation for every option, a score by topic at the end.

    Ctrl-C stops it; the next run continues at the same question.

    Examples:

      course quiz                        all questions

      course quiz --topic pooling        one topic

      course quiz --number 5 --seed 7    five questions, drawn with another seed

      course quiz --html quiz.html       as a page to open in a browser
    """
    if html is not None:
        from course.quiz.web_page import write_page

        page = write_page(html, topic=topic, number=number, seed=seed, lesson_url=lesson)
        typer.echo(f"wrote {page}")
        return
    from course.quiz.terminal import run_terminal_quiz

    result = run_terminal_quiz(topic=topic, number=number, seed=seed, restart=restart)
    if not result.finished:
        raise typer.Exit(130)


def data(
    limit: Annotated[
        int | None, typer.Option(help="Load a balanced subset of this many images.")
    ] = None,
) -> None:
    """Download the images once, and print where they came from.

    Examples:

      course data

      FASHION_MNIST_DIR=~/fashion-mnist course data
    """
    from course.data import data_source, load_data

    (train_images, _), (test_images, _) = load_data(limit)
    typer.echo(f"source: {data_source()}")
    typer.echo(f"training images {train_images.shape}, test images {test_images.shape}")


def doctor() -> None:
    """Examine what the course needs on this computer, and print a remedy for each problem.

    Python, memory, disk, folders, images, JupyterLab, its kernel, TensorFlow. The exit status is 0
    if everything is fine, and 1 if not.

    Examples:

      course doctor
    """
    from course.learner.doctor import examine

    fine = True
    for finding in examine():
        typer.echo(f"{'✓' if finding.fine else '✗'} {finding.what}: {finding.found}")
        if not finding.fine:
            typer.echo(f"    {finding.remedy}")
        fine = fine and finding.fine
    if not fine:
        raise typer.Exit(1)


app = new_app()


@app.callback()
def _app(version: Annotated[bool, version_option("course")] = False) -> None:
    """Learn convolutions and pooling: lesson, exercises, quiz.

    Examples:

      course lab                         open the lesson and the exercises in JupyterLab

      course status                      what is done, and what comes next

      course check reshape               run the visible checks as grading does

      course submit                      pack what you hand in

      course quiz                        answer the practice quiz in the terminal

      course doctor                      look for what is missing on this computer
    """


for command in (lab, status, hint, check, reset, submit, quiz, data, doctor):
    app.command()(command)


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    verb, arguments = sys.argv[1:2], sys.argv[2:]
    run: Callable[[], object] = app
    # Typer imports pydantic to read arguments, which takes as long as `course status` itself.
    if verb == ["status"] and not arguments:
        run = status
    elif verb == ["check"] and not any(argument.startswith("-") for argument in arguments):
        run = partial(check, arguments)
    guarded(run)
