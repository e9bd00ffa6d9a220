"""The graded quiz: draws a class's ten questions and writes the cells of its assignment."""

from autograder.quiz.cells import draw, quiz_cells

__all__ = ["draw", "quiz_cells"]
