"""Keeps the answers of an unfinished quiz in the user's own folder, so that it can be resumed."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from course.atomic import write_atomically
from course.quiz.model import DrawnQuestion

Answers = dict[str, object]


def state_folder() -> Path:
    """Return COURSE_STATE_DIR, or else convpool-course below the user's state folder."""
    named = os.environ.get("COURSE_STATE_DIR")
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "convpool-course"


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
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {name: answer for name, answer in kept.items() if name in self.known}

    def save(self, answers: Answers) -> bool:
        """Keep the answers, whole or not at all; False where the folder cannot be written."""
        text = json.dumps(answers, indent=1) + "\n"
        try:
            write_atomically(self.path, lambda file: file.write(text.encode()))
        except OSError:
            return False
        return True

    def forget(self) -> None:
        """Remove the file, because the quiz is finished or begins anew."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            # A read-only folder: then nothing was kept there by this quiz either.
            return
