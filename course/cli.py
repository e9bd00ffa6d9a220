"""The `course` command: what a learner runs."""

from pathlib import Path
from typing import Annotated

import typer

from course.command import guarded, version_option

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _app(version: Annotated[bool, version_option("course")] = False) -> None:
    """Learn convolutions and pooling: lesson, exercises, quiz.

    Examples:

      course lab                         open the lesson and the exercises in JupyterLab

      course quiz                        answer the practice quiz in the terminal

      course data                        fetch the images, and say where they came from
    """


@app.command()
def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Folder for your notebooks.")
    ] = Path("convpool"),
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    start: Annotated[bool, typer.Option(help="Start JupyterLab; else only copy.")] = True,
) -> None:
    """Copy the notebooks into a folder of yours and open JupyterLab there.

    A notebook that is there already is left as it is: your work is never overwritten.

    Examples:

      course lab                         in ./convpool

      course lab ~/convpool --no-browser
    """
    from course.lab import start_lab, unpack

    for path in unpack(folder):
        typer.echo(f"copied {path}")
    if start:
        start_lab(folder, browser=browser)


@app.command()
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
        from course.quiz.page import write_page

        page = write_page(html, topic=topic, number=number, seed=seed, lesson_url=lesson)
        typer.echo(f"wrote {page}")
        return
    from course.quiz.terminal import run_terminal_quiz

    result = run_terminal_quiz(topic=topic, number=number, seed=seed, restart=restart)
    if not result.finished:
        raise typer.Exit(130)


@app.command()
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


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    guarded(app)
