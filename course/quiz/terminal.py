"""Asks the quiz in a terminal, one question at a time; it can be stopped and resumed."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course.checks.answers import chosen_letters
from course.counted import counted
from course.files import read_state, state_folder, write_state
from course.quiz.bank import practice_bank
from course.quiz.question import TOPICS, Bank, DrawnQuestion, number_text
from course.quiz.rendering import figure_text
from course.quiz.scoring import QuizResult, score
from course.quiz.variants import digest_of, select

if TYPE_CHECKING:
    from rich.console import Console

Answers = dict[str, object]

_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_HELP = "Enter skips a question; Ctrl-C stops, and the same command goes on from there."


class Progress:
    """The answers given so far to one drawn quiz; another quiz or another draw has its own file."""

    def __init__(self, questions: Sequence[DrawnQuestion], folder: Path | None = None) -> None:
        """Name the file after what is asked, so that a changed bank never meets old answers."""
        self.path = (folder or state_folder()) / f"quiz-{digest_of(questions)}.json"
        self.known = {question.id for question in questions}

    def load(self) -> Answers:
        """Return the answers kept; a file that cannot be read counts as none."""
        return {
            name: answer for name, answer in read_state(self.path).items() if name in self.known
        }

    def save(self, answers: Answers) -> bool:
        """Keep the answers, whole or not at all; False where the folder cannot be written."""
        return write_state(self.path, answers)

    def forget(self) -> None:
        """Remove the file, because the quiz is finished or begins anew."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            # A read-only folder: then nothing was kept there by this quiz either.
            return


class _Stop(Exception):
    """The learner stopped, or the input has ended."""


def run_terminal_quiz(
    bank: Bank | None = None,
    *,
    topic: str | None = None,
    number: int | None = None,
    seed: int = 0,
    restart: bool = False,
    folder: Path | None = None,
    read: Callable[[], str] | None = None,
    console: "Console | None" = None,
) -> QuizResult:
    """Ask the questions of `bank` (the practice bank) and return what was answered.

    `topic` keeps one topic, `number` that many questions, chosen by `seed`, which also draws
    values and the order of options. Answers are kept in `folder` after each question; `restart`
    forgets them. `read` returns a line of input and raises EOFError at its end. The result's
    `finished` is False if the learner stopped. Raises QuizError for an unknown topic or number.
    """
    questions = select(bank or practice_bank(), topic, number, seed)
    screen = console or _console()
    progress = Progress(questions, folder)
    if restart:
        progress.forget()
    answers = progress.load()
    _greet(screen, questions, answers)
    try:
        _ask_all(screen, read or input, questions, answers, progress)
    except (_Stop, KeyboardInterrupt):
        _print_stopped(screen, questions, answers)
    else:
        progress.forget()
    result = QuizResult(tuple(q for q in questions if q.id in answers), answers)
    _show_score(screen, result)
    return QuizResult(tuple(questions), answers)


def parse_answer(question: DrawnQuestion, line: str) -> str | float | None:
    """Read a typed answer: letters, or a number such as 26 or 243,786; None if it is neither."""
    text = line.strip().replace("−", "-")
    if question.kind == "numeric":
        return float(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
    letters = chosen_letters(text)
    if not letters or not set(letters) <= set(question.letters):
        return None
    return "".join(letters) if question.kind == "multiple" or len(letters) == 1 else None


def _ask_all(
    screen: "Console",
    read: Callable[[], str],
    questions: list[DrawnQuestion],
    answers: Answers,
    progress: Progress,
) -> None:
    for place, question in enumerate(questions, start=1):
        if question.id in answers:
            continue
        _show_question(screen, question, place, len(questions))
        answers[question.id] = _ask(screen, read, question)
        if not progress.save(answers):
            screen.print(f"(Progress cannot be kept in {progress.path.parent}.)", markup=False)
        _show_feedback(screen, question, answers[question.id])


def _ask(screen: "Console", read: Callable[[], str], question: DrawnQuestion) -> str | float | None:
    while True:
        screen.print(f"{_prompt(question)}: ", end="")
        screen.file.flush()
        try:
            line = read()
        except EOFError:
            raise _Stop from None
        if not line.strip():
            return None
        answer = parse_answer(question, line)
        if answer is not None:
            return answer
        screen.print(f"{line.strip()[:40]!r} does not answer this question.", markup=False)


def _prompt(question: DrawnQuestion) -> str:
    if question.kind == "numeric":
        return "Your answer, a number"
    if question.kind == "multiple":
        return f"Your answer, all right letters of {question.letters}"
    return f"Your answer, one letter of {question.letters}"


def _console() -> "Console":
    from rich.console import Console

    # An ASCII-only terminal shows "?" for a sign it lacks; that must not end the quiz.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    return Console(highlight=False)


def _greet(screen: "Console", questions: list[DrawnQuestion], answers: Answers) -> None:
    screen.print(f"{counted(len(questions), 'question')}. {_HELP}")
    done = sum(question.id in answers for question in questions)
    if done:
        screen.print(f"Going on: {done} of them were answered earlier.")


def _print_stopped(screen: "Console", questions: list[DrawnQuestion], answers: Answers) -> None:
    left = counted(sum(question.id not in answers for question in questions), "question")
    screen.print(f"\nStopped with {left} left; the same command goes on from there.")


def _show_question(screen: "Console", question: DrawnQuestion, place: int, of: int) -> None:
    from rich.markdown import Markdown

    screen.print()
    screen.print(f"Question {place} of {of} · {TOPICS[question.topic]}", style="bold", markup=False)
    screen.print(Markdown(question.text))
    if question.figure:
        screen.print("\n" + figure_text(question.figure), markup=False)
        screen.print(f"({question.figure.alt})", style="dim", markup=False)
    screen.print()
    screen.print(_rows([(f"{o.letter})", o.text) for o in question.options]))


def _show_feedback(screen: "Console", question: DrawnQuestion, answer: object) -> None:
    from rich.markdown import Markdown

    share = score(question, answer)
    screen.print(_verdict(share, answer), style="bold green" if share == 1 else "bold red")
    if question.kind == "numeric":
        screen.print(Markdown("\n\n".join(_number_feedback(question, answer))))
    else:
        chosen = chosen_letters(answer)
        rows = [
            (
                f"{'✓' if o.right else '✗'} {o.letter})",
                f"{o.text}{' *(your answer)*' if o.letter in chosen else ''}\n\n{o.explanation}",
            )
            for o in question.options
        ]
        screen.print(_rows(rows))
    if share < 1:
        screen.print(f"Read again: {question.heading}", markup=False)


def _verdict(share: float, answer: object) -> str:
    if answer is None:
        return "Skipped."
    if share == 1:
        return "✓ Right."
    return f"✗ Partly right: {share:.0%} of the mark." if share else "✗ Not right."


def _number_feedback(question: DrawnQuestion, answer: object) -> list[str]:
    known = [m.explanation for m in question.mistakes if m.value == answer]
    return [*known, f"The number is **{number_text(question.key)}**. {question.explanation}"]


def _rows(rows: list[tuple[str, str]]) -> object:
    from rich.markdown import Markdown
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for sign, text in rows:
        grid.add_row(sign, Markdown(text))
    return grid


def _show_score(screen: "Console", result: QuizResult) -> None:
    from rich.table import Table

    if not result.questions:
        return
    table = Table("Topic", title="Score by topic", title_justify="left")
    table.add_column("Points", justify="right")
    for row in result.topics:
        table.add_row(row.title, f"{row.earned:g} of {row.possible:g}")
    earned, possible = result.total
    table.add_section()
    table.add_row("All", f"{earned:.3g} of {possible:g}")
    screen.print()
    screen.print(table)
    for section in result.read_again:
        screen.print(f"Read again: {section}", markup=False)
    if not result.read_again:
        screen.print("Full marks: nothing to read again.")
