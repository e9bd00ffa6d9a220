"""`autograder gift`: the quiz for a learning management system."""

from pathlib import Path
from typing import Annotated

import typer


def gift(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to, such as quiz.gift.")],
    quiz: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A bank of questions (default: practice).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draw other numbers.")] = 0,
    variants: Annotated[
        int, typer.Option(min=1, max=100, help="Draw each numeric question so many times.")
    ] = 1,
    category: Annotated[
        str, typer.Option(metavar="NAME", help="Category of the question bank to put them in.")
    ] = "",
) -> None:
    """Write a bank of questions as Moodle imports it (GIFT), every option with its explanation.

    The practice questions are the default; --quiz solutions/quiz.md writes the graded ones, which
    then are in the LMS for whoever can see its question bank. Many other systems read GIFT too.

    Examples:

      autograder gift practice.gift

      autograder gift graded.gift --quiz solutions/quiz.md --seed 7 --variants 10
    """
    from autograder.quiz.gift import gift_text
    from course.atomic import write_atomically
    from course.quiz import read_bank
    from course.quiz.practice import practice_bank

    bank = read_bank(quiz) if quiz else practice_bank()
    text = gift_text(bank, range(seed, seed + variants), category or bank.title)
    write_atomically(to, lambda file: file.write(text.encode()))
    typer.echo(f"{text.count('::[html]')} questions: {to}")
