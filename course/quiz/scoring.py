"""Scores a quiz: the share of each question, the marks by topic, and what to read again."""

from dataclasses import dataclass

from course.checks.answers import score_choice, score_number, score_several
from course.quiz.question import TOPICS, DrawnQuestion


def score(question: DrawnQuestion, answer: object) -> float:
    """Return the share of the mark, 0.0 to 1.0; an answer of the wrong form earns 0.0."""
    if question.kind == "numeric":
        return score_number(answer, float(question.key))
    if question.kind == "multiple":
        return score_several(answer, str(question.key), question.letters)
    return score_choice(answer, str(question.key))


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
        return sorted({question.heading for question in missed}, key=_section_number)


def _section_number(heading: str) -> int:
    return int(heading.partition(".")[0])
