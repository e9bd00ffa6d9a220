"""Keeps the answers of an unfinished quiz in the user's own folder, so that it can be resumed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from course.quiz.model import DrawnQuestion
from course.state import read_state, state_folder, write_state

Answers = dict[str, object]


class Progress:
    """The answers given so far to one drawn quiz; another quiz or another draw has its own file."""

    def __init__(self, questions: Sequence[DrawnQuestion], folder: Path | None = None) -> None:
        """Name the file after what is asked, so that a changed bank never meets old answers."""
        asked = repr([(q.id, q.text, q.key, q.letters) for q in questions])
        digest = hashlib.sha256(asked.encode()).hexdigest()[:16]
        self.path = (folder or state_folder()) / f"quiz-{digest}.json"
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
