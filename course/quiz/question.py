"""What a question is: the records that a bank is read into and that are shown everywhere."""

from dataclasses import dataclass
from pathlib import Path

from course.checks.misconceptions import heading

# Topic -> title; a question's topic is one of these, and scores are summed by them.
TOPICS = {
    "convolution": "What a convolution computes",
    "kernels": "Kernels and what they respond to",
    "channels": "Channels",
    "padding-stride": "Padding and stride",
    "output-size": "Output sizes",
    "parameters": "Parameter counts",
    "pooling": "Pooling and what it keeps",
    "stride-pooling": "Convolution with stride against pooling",
    "input-4d": "The 4D input and its errors",
    "summary": "Reading model.summary()",
    "cost": "Cost against accuracy",
}

KINDS = ("single", "multiple", "numeric")
LETTERS = "abcdefgh"

SEVERAL_RULE = (
    "Several options are right. Every right option earns its share of the mark, every wrong one "
    "takes its share away: mark = right ones chosen / all right ones − wrong ones chosen / all "
    "wrong ones, and never below 0. Choosing everything earns nothing."
)


@dataclass(frozen=True)
class Option:
    """One line of the checklist; in a numeric question `text` names a formula in backquotes."""

    text: str
    right: bool
    explanation: str
    line: int = 0


@dataclass(frozen=True)
class Figure:
    """Named grids of numbers shown side by side; a cell is a number or a `{placeholder}`."""

    alt: str
    grids: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


@dataclass(frozen=True)
class Question:
    """One question as written in a bank; all texts are Markdown."""

    id: str
    topic: str
    kind: str
    text: str
    options: tuple[Option, ...]
    section: str
    """Id of the lesson's section to read again, a key of `misconceptions.SECTIONS`."""
    points: float = 2.0
    figure: Figure | None = None
    values: tuple[tuple[str, tuple[int, ...]], ...] = ()
    line: int = 0

    @property
    def right_options(self) -> tuple[Option, ...]:
        """Return the options marked `[x]`."""
        return tuple(option for option in self.options if option.right)


@dataclass(frozen=True)
class Bank:
    """The questions of one file, in the file's order."""

    path: Path
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class DrawnOption:
    """An option with its letter."""

    letter: str
    text: str
    right: bool
    explanation: str


@dataclass(frozen=True)
class Mistake:
    """A wrong number that a known misconception leads to."""

    value: float
    explanation: str


@dataclass(frozen=True)
class DrawnQuestion:
    """A question as one learner sees it: options shuffled and lettered, values drawn.

    `key` is the right letter, all right letters in order, or the right number. `formula` and
    `values` say how a numeric key was computed, so that a grader can compute it again.
    """

    id: str
    topic: str
    kind: str
    text: str
    section: str
    points: float
    key: str | int | float
    options: tuple[DrawnOption, ...] = ()
    figure: Figure | None = None
    explanation: str = ""
    mistakes: tuple[Mistake, ...] = ()
    formula: str = ""
    values: tuple[tuple[str, int], ...] = ()

    @property
    def letters(self) -> str:
        """Return the letters of the options, such as `abcd`."""
        return "".join(option.letter for option in self.options)

    @property
    def heading(self) -> str:
        """Return the heading of the lesson's section to read again, without backquotes."""
        return heading(self.section)

    @property
    def fragment(self) -> str:
        """Return the address of that section within the lesson, as JupyterLab forms it."""
        return "#" + self.heading.replace(" ", "-")


def number_text(number: str | int | float) -> str:
    """Write a number for people: 26, −27, 243,786."""
    if isinstance(number, str):
        return number
    text = f"{number:,}" if abs(number) >= 10_000 else f"{number:g}"
    return text.replace("-", "−")
