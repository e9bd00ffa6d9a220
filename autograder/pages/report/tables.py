"""A report's tables and pictures as rows of plain values, ready for the template."""

import statistics
from collections import Counter, defaultdict
from datetime import UTC
from typing import Any

from autograder.grading.results import SubmissionResult
from autograder.pages.quiz_answers import UNREADABLE, Question, answers
from autograder.pages.report.figures import (
    ItemFigures,
    ItemMark,
    choice_figures,
    histogram,
    item_figures,
    rest_share,
    spread,
    sums,
)
from autograder.pages.report.graded_class import QUIZ, Material
from course.checks.misconceptions import idea_of, section_of
from course.notebook.verdict import STATUS_WORDS, Verdict

FEWEST_TO_JUDGE = 10


def distributions(material: Material) -> list[dict[str, Any]]:
    """Describe the marks of everything together, then of each assignment."""
    totals, by_assignment = totals_of(material)
    found = []
    if len(by_assignment) > 1:
        most = sum(points for _, points in by_assignment.values())
        note = "What was not handed in counts 0."
        whole = [got / most for got in totals.values()]
        found.append(_distribution("All together", most, whole, note))
    for name, (shares, points) in by_assignment.items():
        found.append(_distribution(name, points, shares, "Of those who handed it in."))
    return found


def totals_of(material: Material) -> tuple[dict[str, float], dict[str, tuple[list[float], float]]]:
    """Add up each student's points; give each assignment's shares and its points."""
    totals = dict.fromkeys(material.names, 0.0)
    by_assignment: dict[str, tuple[list[float], float]] = {}
    for result in material.results:
        got, most = material.score(result)
        totals[result.student] += got
        by_assignment.setdefault(result.assignment, ([], most))[0].append(got / most)
    return totals, by_assignment


def _distribution(title: str, points: float, shares: list[float], note: str) -> dict[str, Any]:
    counts = histogram(shares)
    return {
        "title": title,
        "points": points,
        "spread": spread(shares),
        "bins": [
            {"low": 10 * place, "count": count, "height": count / max(counts)}
            for place, count in enumerate(counts)
        ],
        "note": note,
    }


def items(material: Material, marks: list[ItemMark]) -> list[dict[str, Any]]:
    """Describe each gap: figures, what became of it, what to look at."""
    statuses: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for mark in marks:
        statuses[mark.item][mark.status] += 1
    points = {mark.item: mark.max_score for mark in marks}
    return [
        {
            "assignment": item[0],
            "exercise": item[1],
            "points": points[item],
            "figures": figures,
            "parts": _parts(statuses[item], figures.count),
            "note": remark(figures),
        }
        for item, figures in item_figures(marks).items()
    ]


def _parts(counts: Counter[str], total: int) -> list[dict[str, Any]]:
    """Lay the outcomes of a gap out as parts of a bar, in the order of the vocabulary."""
    parts, left = [], 0.0
    for status, words in STATUS_WORDS.items():
        if counts[status]:
            width = 100 * counts[status] / total
            shown = {"status": status, "words": words.label, "count": counts[status]}
            parts.append(shown | {"left": left, "width": width})
            left += width
    return parts


def remark(figures: ItemFigures) -> str:
    """Say what an instructor may want to look at in an item; nothing of a handful of students."""
    if figures.count < FEWEST_TO_JUDGE:
        return ""
    if figures.discrimination is not None and figures.discrimination < 0:
        return "Who did well elsewhere did worse here: look at the exercise and its check."
    if figures.difficulty < 0.3:
        return "Hard: most of its points were missed."
    if figures.difficulty > 0.95:
        return "Nearly everybody has it; it tells nobody apart."
    if figures.discrimination is not None and figures.discrimination < 0.1:
        return "Hardly related to the other marks."
    return ""


def quiz(material: Material, marks: list[ItemMark]) -> list[dict[str, Any]]:
    """Say of each question of the quiz what every option, or every wrong number, drew."""
    notebooks = [(one.student, one.notebook) for one in material.results if one.assignment == QUIZ]
    if not notebooks:
        return []
    totals = sums(marks)
    return [_question(question, notebooks, marks, totals) for question in material.questions]


def _question(
    question: Question, notebooks: Any, marks: list[ItemMark], totals: Any
) -> dict[str, Any]:
    """Describe one question."""
    picked = answers(notebooks, question)
    rests = {
        mark.student: rest
        for mark in marks
        if mark.item == (QUIZ, question.name) and (rest := rest_share(mark, totals)) is not None
    }
    letters = [letter for letter, _ in question.options]
    texts = dict(question.options)
    figures = choice_figures(picked, rests, letters or [question.key])
    choices = [
        {
            "figures": one,
            "letter": one.choice if one.choice in texts else "",
            "text": texts.get(one.choice, one.choice),
            "plain": one.choice not in texts,
            "right": one.choice in question.key if letters else one.choice == question.key,
        }
        for one in figures
    ]
    return {
        "name": question.name,
        "text": question.text,
        "kind": "" if letters else "A number is asked for.",
        "several": len(question.key) > 1 and bool(letters),
        "choices": choices,
        "unanswered": sum(not chosen for chosen in picked.values()),
        "count": len(picked),
        "unreadable": UNREADABLE,
    }


def times(material: Material) -> list[dict[str, Any]]:
    """Say how long grading took by assignment, and when it was handed in where that is known."""
    rows = []
    for name in material.assignments:
        own = [one for one in material.results if one.assignment == name]
        if own:
            rows.append(_times(material, name, own))
    return rows


def _times(material: Material, name: str, own: list[SubmissionResult]) -> dict[str, Any]:
    """Describe one assignment's times."""
    seconds = [one.seconds for one in own]
    slowest = max(own, key=lambda one: one.seconds)
    entries = [material.entries.get((one.student, one.assignment)) for one in own]
    known = [entry.handed_in for entry in entries if entry and entry.handed_in]
    handed_in = sorted(
        time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC) for time in known
    )
    return {
        "assignment": name,
        "count": len(own),
        "median": statistics.median(seconds),
        "most": slowest.seconds,
        "slowest": slowest.student,
        "total": sum(seconds),
        "first": handed_in[0] if handed_in else None,
        "last": handed_in[-1] if handed_in else None,
        "late": sum(bool(entry and entry.penalty) for entry in entries),
    }


def missing(material: Material) -> list[dict[str, Any]]:
    """Name who has not handed in, by assignment."""
    rows = []
    for name in material.assignments:
        there = {one.student for one in material.results if one.assignment == name}
        rows.append(
            {
                "assignment": name,
                "there": len(there),
                "absent": [student for student in material.names if student not in there],
            }
        )
    return rows


def flags(material: Material) -> list[dict[str, str]]:
    """List every flag with its evidence."""
    return [
        {
            "student": result.student,
            "assignment": result.assignment,
            "kind": flag.kind,
            "evidence": flag.evidence,
        }
        for result in material.results
        for flag in result.flags
    ]


def students(material: Material) -> list[dict[str, Any]]:
    """Give everybody's marks, a column per assignment that somebody handed in."""
    totals, by_assignment = totals_of(material)
    scores = {(one.student, one.assignment): material.score(one)[0] for one in material.results}
    flagged = Counter(one.student for one in material.results for _ in one.flags)
    return [
        {
            "student": student,
            "scores": [scores.get((student, name)) for name in by_assignment],
            "total": totals[student],
            "flags": flagged[student],
        }
        for student in material.names
    ]


# Which misconceptions came how often, by exercise; what no check knows by name, by its message.


MOST = 5
"""Most lines per exercise."""
_LONGEST = 240


def misconceptions(material: Material) -> list[dict[str, Any]]:
    """Count what went wrong in each exercise, the most frequent first."""
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for result in material.results:
        for gap in result.gaps:
            counter = counts.setdefault((result.assignment, gap.exercise), Counter())
            if gap.status in ("correct", "not_attempted", "rejected") or result.assignment == QUIZ:
                continue
            told = (gap.misconception, "" if gap.misconception else _told(gap))
            counter[told] += 1
    return [
        {
            "assignment": assignment,
            "exercise": exercise,
            "count": count,
            "id": misconception,
            "what": idea_of(misconception) or message,
            "section": section_of(misconception),
        }
        for (assignment, exercise), counter in counts.items()
        for (misconception, message), count in _largest(counter)
    ]


def _largest(counter: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Take the most frequent; alphabetical where two are as frequent."""
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MOST]


def _told(gap: Verdict) -> str:
    """Keep of a message its first line, without the exercise's name in front."""
    first = (gap.message or STATUS_WORDS[gap.status].label).strip().partition("\n")[0]
    front, found, rest = first.partition("`: ")
    named = found and front == f"`{gap.exercise}"
    return (rest if named else first)[:_LONGEST]
