"""Run the learner's commands as a person types them, on any system; needs the course alone.

`python tests/support/learner_side.py` prints what it did, and ends with 1 at the first difference.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

# The command's arguments, its exit statuses, and a word of what it prints.
STEPS = (
    (("--version",), {0}, "course "),
    (("lab", "convpool", "--no-start"), {0}, "copied"),
    (("status",), {0}, "Next:"),
    (("hint",), {0}, "hints seen"),
    (("check", "reshape"), {1}, "Hidden checks"),
    (("reset", "reshape"), {0}, "fresh copy:"),
    (("submit", "--no-check", "--student", "chloé"), {0}, "Hand in this file:"),
    (("quiz", "--html", "quiz.html"), {0}, "wrote"),
    (("data", "--limit", "10"), {0}, "training images"),
    (("check", "nonsense"), {2}, "Error:"),
)


def main() -> int:
    """Return 0 if every command ended and spoke as it should."""
    command = Path(sysconfig.get_path("scripts")) / "course"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "COURSE_STATE_DIR": str(Path(folder, "state")),
            "COURSE_DATA": "standin",
        }
        for arguments, statuses, word in STEPS:
            done = subprocess.run(
                [str(command), *arguments],
                cwd=folder,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            said = done.stdout + done.stderr
            fine = done.returncode in statuses and word in said and "Traceback" not in said
            print(f"{'fine' if fine else 'WRONG'}: course {' '.join(arguments)}: {done.returncode}")
            if not fine:
                print(said)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
