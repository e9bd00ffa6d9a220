"""The quiz: one form of bank, shown in the notebook, the terminal and a web page."""

from course.quiz.bank import practice_bank, read_bank
from course.quiz.jupyter import show_quiz
from course.quiz.question import TOPICS
from course.quiz.scoring import score
from course.quiz.variants import draw_bank, draw_question

__all__ = [
    "TOPICS",
    "draw_bank",
    "draw_question",
    "practice_bank",
    "read_bank",
    "score",
    "show_quiz",
]
