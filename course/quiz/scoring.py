"""Turns an answer into a share of the mark: the one rule for all places that ask.

Notebook checks, the terminal and the tests call these functions; the web page carries the same
rule in JavaScript, and a test compares the two.
"""

import math
import re
from dataclasses import dataclass
from numbers import Real

from course.quiz.question import TOPICS, DrawnQuestion


def score(question: DrawnQuestion, answer: object) -> float:
    """Return the share of the mark, 0.0 to 1.0; an answer of the wrong form earns 0.0."""
    if question.kind == "numeric":
        return score_number(answer, float(question.key))
    if question.kind == "multiple":
        return score_several(answer, str(question.key), question.letters)
    return score_choice(answer, str(question.key))


def score_choice(answer: object, key: str) -> float:
    """Return 1.0 for the one right letter, else 0.0."""
    return float(chosen_letters(answer) == [key])


def score_several(answer: object, key: str, letters: str) -> float:
    """Return right ones chosen / right ones − wrong ones chosen / wrong ones, at least 0.0.

    Choosing nothing or everything earns 0.0, so that ticking at random does not pay.
    """
    chosen = set(chosen_letters(answer))
    if not chosen <= set(letters):
        return 0.0
    right, wrong = set(key), set(letters) - set(key)
    share = len(chosen & right) / len(right) - len(chosen & wrong) / len(wrong)
    return max(0.0, share)


def score_number(answer: object, key: float) -> float:
    """Return 1.0 for the right number, else 0.0; 26, 26.0 and NumPy's 26 are the same."""
    number = as_number(answer)
    return float(number is not None and math.isclose(number, key, rel_tol=1e-9, abs_tol=1e-9))


def mark(points: float, share: float) -> float | None:
    """Return the marks as nbgrader wants them in a cell's last expression.

    None, which shows nothing, stands for full marks; a plain float for a part of them.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share of the mark lies between 0 and 1, not at {share!r}")
    return None if share == 1.0 else float(points) * float(share)


def chosen_letters(answer: object) -> list[str]:
    """Return the letters of an answer, sorted and each once: "ca", "c, a" and {"a", "c"} agree.

    Anything else than letters gives an empty list.
    """
    parts = [answer] if isinstance(answer, str) else answer
    if not isinstance(parts, (list, tuple, set, frozenset)):
        return []
    if not all(isinstance(part, str) for part in parts):
        return []
    letters = re.sub(r"[\s,;]", "", "".join(parts)).lower()
    return sorted(set(letters)) if letters.isalpha() else []


def as_number(answer: object) -> float | None:
    """Return an answer as a float; None for what is not one finite number (booleans are not)."""
    if isinstance(answer, bool) or not isinstance(answer, Real):
        return None
    try:
        number = float(answer)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


# Adds up a quiz: the marks by topic, and which sections of the lesson to read again.


@dataclass(frozen=True)
class TopicScore:
    """The marks of one topic."""

    topic: str
    earned: float
    possible: float

    @property
    def title(self) -> str:
        """Return the topic's title."""
        return TOPICS[self.topic]


@dataclass(frozen=True)
class QuizResult:
    """What a learner answered: `answers` maps a question's id to the answer, None if skipped."""

    questions: tuple[DrawnQuestion, ...]
    answers: dict[str, object]

    @property
    def finished(self) -> bool:
        """Tell whether every question has been answered or skipped."""
        return all(question.id in self.answers for question in self.questions)

    def earned(self, question: DrawnQuestion) -> float:
        """Return the points earned with one question."""
        return question.points * score(question, self.answers.get(question.id))

    @property
    def topics(self) -> list[TopicScore]:
        """Return the marks of each topic asked, in the order of the lesson."""
        rows = []
        for topic in TOPICS:
            asked = [question for question in self.questions if question.topic == topic]
            if asked:
                earned = sum(self.earned(question) for question in asked)
                rows.append(TopicScore(topic, earned, sum(q.points for q in asked)))
        return rows

    @property
    def total(self) -> tuple[float, float]:
        """Return the points earned and the points that could be earned."""
        return sum(row.earned for row in self.topics), sum(row.possible for row in self.topics)

    @property
    def read_again(self) -> list[str]:
        """Return the lesson's sections behind the questions without full marks, each once."""
        missed = [q for q in self.questions if self.earned(q) < q.points]
        return sorted({question.section for question in missed}, key=_section_number)


def _section_number(heading: str) -> int:
    return int(heading.partition(".")[0])
