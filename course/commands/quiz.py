"""`course quiz`: the practice quiz in the terminal or as a web page."""

from pathlib import Path
from typing import Annotated

import typer


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
