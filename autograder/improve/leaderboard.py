"""The table as CSV for a program, Markdown for a chat or a wiki, HTML for a browser."""

import csv
import html
import io
import re
from collections.abc import Sequence
from pathlib import Path

from autograder.grading.grades_csv import safe_cell
from autograder.improve.standing import Entry
from course.atomic import write_atomically
from course.improving import BUDGET

COLUMNS = (
    "rank",
    "student",
    "accuracy",
    "standard_error",
    "parameters",
    "hidden_images",
    "reason",
    "flags",
)
HEADINGS = ("rank", "student", "accuracy on hidden images", "parameters")
TITLE = f"Improve: the best network within {BUDGET:,} parameters"


def write_leaderboard(folder: Path, entries: Sequence[Entry]) -> list[Path]:
    """Write leaderboard.csv, .md and .html, each whole; return their paths."""
    texts = {"csv": as_csv(entries), "md": as_markdown(entries), "html": as_html(entries)}
    paths = []
    for suffix, text in texts.items():
        path = folder / f"leaderboard.{suffix}"
        content = text.encode()
        write_atomically(path, lambda file, content=content: file.write(content))  # type: ignore[misc]
        paths.append(path)
    return paths


def notes(entries: Sequence[Entry]) -> list[str]:
    """Say what the figures are worth."""
    scored = [entry for entry in entries if entry.right is not None]
    if not scored:
        return ["No network was scored."]
    images = len(scored[0].right) if scored[0].right is not None else 0
    return [
        f"Accuracy on {images:,} images that no notebook has seen; ± is one standard error.",
        "All networks saw the same images and are compared image by image. Those of equal rank are "
        "tied: they differ from the first of that rank by less than two standard errors of the "
        "difference.",
        "Training the same network from another random start moves its accuracy too, often by as "
        "much as the ± or more; the table can't show that.",
    ]


def cells(entry: Entry) -> tuple[str, str, str, str]:
    """Write one entry as a person reads it."""
    if entry.right is None:
        return ("–", entry.student, f"not scored: {entry.reason}", "")
    accuracy = f"{entry.accuracy:.1%} ± {100 * entry.error:.1f}"
    return (str(entry.rank), entry.student, accuracy, f"{entry.parameters:,}")


def as_csv(entries: Sequence[Entry]) -> str:
    """Write one row for each network that was handed in."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        scored = entry.right is not None
        row = {
            "rank": entry.rank or "",
            "student": safe_cell(entry.student),
            "accuracy": f"{entry.accuracy:.4f}" if scored else "",
            "standard_error": f"{entry.error:.4f}" if scored else "",
            "parameters": entry.parameters or "",
            "hidden_images": len(entry.right) if entry.right is not None else "",
            "reason": safe_cell(entry.reason),
            "flags": entry.flags,
        }
        writer.writerow(row)
    return text.getvalue()


def as_markdown(entries: Sequence[Entry]) -> str:
    """Write a table with the notes below it."""
    rows = [HEADINGS, ("---:", "---", "---", "---:"), *(map(_escaped, cells(e)) for e in entries)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return "\n\n".join([f"# {TITLE}", table, *notes(entries)]) + "\n"


def _escaped(text: str) -> str:
    """Take the meaning out of what Markdown and HTML would act on."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&!])", r"\\\1", text).replace("\\<", "&lt;")


def as_html(entries: Sequence[Entry]) -> str:
    """Write a page of its own: no script, nothing from elsewhere."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells(entry)) + "</tr>"
        for entry in entries
    )
    remarks = "\n".join(f"<p>{html.escape(note)}</p>" for note in notes(entries))
    return _PAGE.format(title=html.escape(TITLE), head=head, body=body, notes=remarks)


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1c1e; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #767676; padding: .4rem .6rem; text-align: left; }}
td:first-child, td:last-child {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
{notes}
</main>
</body>
</html>
"""
