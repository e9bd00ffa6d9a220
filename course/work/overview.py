"""What `course status` prints."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.work.status import Standing
from course.work.submission import packed

_WORDS = {
    "checked": "✓",
    "shown": "✓",
    "wrong": "✗",
    "unchecked": "?",
    "not_attempted": "–",
}


def print_overview(folder: Path, found: list[Standing], console: Console) -> None:
    """Print a row per exercise, the sum, and the next step."""
    table = Table(title=f"Your notebooks in {escape(str(folder))}")
    table.add_column("exercise")
    table.add_column("gaps", overflow="fold")
    table.add_column("done", justify="right")
    table.add_column("points in sight", justify="right")
    for standing in found:
        table.add_row(standing.assignment, *_row(standing))
    console.print(table)
    console.print(_legend(found), highlight=False)
    console.print(next_step(folder, found), highlight=False, markup=False, soft_wrap=True)


def _row(standing: Standing) -> tuple[str, str, str]:
    if standing.problem:
        return escape(standing.problem), "", ""
    signs = " ".join(f"{_WORDS[gap.done]}\N{NO-BREAK SPACE}{gap.gap.name}" for gap in standing.gaps)
    done = sum(gap.done in ("checked", "shown") for gap in standing.gaps)
    points = sum(gap.gap.points for gap in standing.gaps)
    earned = sum(gap.earned for gap in standing.gaps)
    sight = (
        f"{points:g} when graded" if standing.assignment == "quiz" else f"{earned:g} of {points:g}"
    )
    return signs, f"{done} of {len(standing.gaps)}", sight


def _legend(found: list[Standing]) -> str:
    """Explain the signs that are there, and what the points mean."""
    seen = {gap.done for standing in found for gap in standing.gaps}
    words = ["✓ passes what is in sight", "✗ does not"]
    words += ["? answered, not checked yet"] if "unchecked" in seen else []
    words += ["– not attempted"] if "not_attempted" in seen else []
    return f"{', '.join(words)}. Hidden checks run when it is graded."


def next_step(folder: Path, found: list[Standing]) -> str:
    """Say in one line what to do next."""
    for standing in found:
        name = standing.assignment
        if standing.problem:
            return f"Next: mend {name}. `course reset {name}` keeps a backup of what is there."
        waiting = [gap.done for gap in standing.gaps if gap.done not in ("checked", "shown")]
        if waiting and set(waiting) == {"unchecked"}:
            return f"Next: course check {name}"
        if waiting:
            return f"Next: {name}/{name}.ipynb, the gap `{standing.next_gap}`."
    if packed(folder):
        return "Everything is packed as it stands now. Hand in the zip file, if you have not yet."
    return "Next: course submit"
