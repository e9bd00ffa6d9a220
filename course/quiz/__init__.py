"""The quiz: one form of bank, shown in the notebook, the terminal and a web page."""

from course.quiz.bank import read_bank
from course.quiz.model import TOPICS, Bank, DrawnQuestion, Option, Question
from course.quiz.notebook import show_quiz
from course.quiz.practice import practice_bank
from course.quiz.scoring import score
from course.quiz.variants import draw_bank, draw_question

__all__ = [
    "TOPICS",
    "Bank",
    "DrawnQuestion",
    "Option",
    "Question",
    "draw_bank",
    "draw_question",
    "practice_bank",
    "read_bank",
    "score",
    "show_quiz",
]
