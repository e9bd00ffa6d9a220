"""The verbs of `course`: a signature is the command line, its docstring the help.

What a verb does lives elsewhere and is imported when it runs, so that `--help` stays instant.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from course.cli.command_line import guarded, new_app, version_option


def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Folder for your notebooks.")
    ] = Path("convpool"),
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    start: Annotated[bool, typer.Option(help="Start JupyterLab; else only copy.")] = True,
) -> None:
    """Copy the notebooks into a folder of yours and open JupyterLab there, at the contents page.

    A notebook that is there already is left as it is: your work is never overwritten.

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


# `course status`: what is done, and what comes next.


def status() -> None:
    """Show what is done, what comes next, and the points in sight; nothing is run.

    A gap counts as done if it passed the last `course check`, or its check in the notebook as you
    saved it.

    Examples:

      course status
    """
    from rich.console import Console

    from course.cli.printing import print_overview
    from course.learner.folder import find_folder
    from course.learner.status import standings

    folder = find_folder()
    print_overview(folder, standings(folder), Console())


# `course check`: the checks in sight, as grading runs them.


def check(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTEBOOK]...", help="An exercise or a file; all, if none."),
    ] = None,
) -> None:
    """Run the checks you can see as grading would: a fresh kernel, from top to bottom.

    The file on disk is what counts, so save it first; it is left as it is. The exit status is 0
    when everything in sight passes, 1 when something does not.

    Examples:

      course check                       every exercise of yours

      course check reshape               one

      course check reshape/reshape.ipynb
    """
    from course.cli.printing import HIDDEN, print_report, progress
    from course.learner.check import check_work
    from course.learner.folder import find_all, find_folder, find_work

    works = [find_work(name) for name in notebooks or []] or find_all(find_folder())
    complete = True
    for work in works:
        with progress(work.assignment) as show:
            report = check_work(work, show)
        print_report(report)
        complete = complete and report.complete
    typer.echo(HIDDEN)
    if not complete:
        raise typer.Exit(1)


# `course hint`: the hints of the notebooks, in the terminal.


def hint(
    name: Annotated[
        str | None, typer.Argument(metavar="[GAP]", help="A gap, such as add_channel_axis.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin with the first hint anew.")] = False,
) -> None:
    """Show the next of three hints for a gap; without a gap, list them all.

    The idea first, then the operation, then almost the line; after that the solution, if your
    instructor has handed it out. Looking costs no marks and earns none.

    Examples:

      course hint                        which gaps there are, and which hints you have had

      course hint add_channel_axis       the next hint

      course hint add_channel_axis --reset
    """
    from course.learner import hints as memory
    from course.learner.hints import TIERS, as_text, next_hint, read_hints, require_gap

    if name is None:
        given = memory.tiers()
        for gap in read_hints():
            typer.echo(f"{gap:22} {min(given.get(gap, 0), TIERS)} of {TIERS} hints seen")
        return
    if reset:
        memory.forget(require_gap(name))
    typer.echo(as_text(next_hint(name)))


# `course submit`: what you hand in, in one zip file.


def submit(
    student: Annotated[
        str, typer.Option(metavar="NAME", help="Your name or number, as your class uses it.")
    ] = "",
    check: Annotated[bool, typer.Option(help="Check the notebooks first.")] = True,
) -> None:
    """Check your notebooks, then pack them into one zip file to hand in.

    What does not pass yet is packed all the same: unfinished work earns what it earns. The file
    lies beside your notebooks; doing it again replaces it.

    Examples:

      course submit

      course submit --student ada

      course submit --no-check           pack only
    """
    from course.cli.printing import HIDDEN, headline, print_report, progress
    from course.learner.check import check_work
    from course.learner.folder import find_all, find_folder
    from course.learner.submit import archive_path, collect_files, pack

    folder = find_folder()
    path = archive_path(folder, student)
    files = collect_files(folder)
    for work in find_all(folder) if check else []:
        with progress(work.assignment) as show:
            report = check_work(work, show)
        if report.complete and not report.notices:
            typer.echo(f"{work.assignment}: {headline(report)}")
        else:
            print_report(report)
    if check:
        typer.echo(HIDDEN)
    packed = pack(path, files, student)
    typer.echo(f"\npacked {packed.path}, to hand in as it is:")
    for name, digest in packed.files.items():
        typer.echo(f"  {name}  sha256 {digest[:16]}…")


# `course reset`: a fresh copy of a notebook.


def reset(
    notebook: Annotated[str, typer.Argument(metavar="NOTEBOOK", help="Such as cnn or lesson.")],
) -> None:
    """Put a notebook back as it was released; yours is kept in the folder backups/.

    Close it in JupyterLab first, or it may save your old one over the new.

    Examples:

      course reset cnn

      course reset lesson
    """
    from course.learner.reset import reset as put_back

    path, backup = put_back(notebook)
    if backup is not None:
        typer.echo(f"kept yours as {backup}")
    typer.echo(f"fresh copy: {path}")


# `course quiz`: the practice quiz in the terminal or as a web page.


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

    Ctrl-C stops it; the next run goes on where you were.

    Examples:

      course quiz                        all questions

      course quiz --topic pooling        one topic

      course quiz --number 5 --seed 7    five others

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


# `course data`: the images, fetched once.


def data(
    limit: Annotated[
        int | None, typer.Option(help="Load a balanced part of this many images.")
    ] = None,
) -> None:
    """Fetch the images once, and say where they came from.

    Examples:

      course data

      FASHION_MNIST_DIR=~/fashion-mnist course data
    """
    from course.data import data_source, load_data

    (train_images, _), (test_images, _) = load_data(limit)
    typer.echo(f"source: {data_source()}")
    typer.echo(f"training images {train_images.shape}, test images {test_images.shape}")


# `course doctor`: what is missing on this computer.


def doctor() -> None:
    """Look for what the course needs on this computer, and say what to do about the rest.

    Python, memory, disk, folders, images, JupyterLab, its kernel, TensorFlow. The exit status is 0
    when all is well, else 1.

    Examples:

      course doctor
    """
    from course.learner.doctor import examine

    well = True
    for finding in examine():
        typer.echo(f"{'✓' if finding.fine else '✗'} {finding.what}: {finding.found}")
        if not finding.fine:
            typer.echo(f"    {finding.remedy}")
        well = well and finding.fine
    if not well:
        raise typer.Exit(1)


# The `course` command: what a learner runs.


app = new_app()


@app.callback()
def _app(version: Annotated[bool, version_option("course")] = False) -> None:
    """Learn convolutions and pooling: lesson, exercises, quiz.

    Examples:

      course lab                         open the lesson and the exercises in JupyterLab

      course status                      what is done, and what comes next

      course check reshape               the checks you can see, run as grading does

      course submit                      pack what you hand in

      course quiz                        answer the practice quiz in the terminal

      course doctor                      look for what is missing on this computer
    """


COMMANDS: tuple[Callable[..., Any], ...] = (
    lab,
    status,
    hint,
    check,
    reset,
    submit,
    quiz,
    data,
    doctor,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    guarded(app)
