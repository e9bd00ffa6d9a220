"""Computes the rows of each section of the report, as plain values for the template."""

import statistics
from collections import Counter, defaultdict
from datetime import UTC
from typing import Any

from autograder.grading.earlier_release import personal_flags
from autograder.grading.results import SubmissionResult
from autograder.pages.quiz_answers import QUIZ, UNREADABLE, Question, answers
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.item_statistics import (
    ItemMark,
    ItemStatistics,
    choice_statistics,
    histogram,
    item_statistics,
    rest_share,
    spread,
    sums,
    unmarked,
)
from course.checks.misconceptions import idea_of, section_of
from course.notebook.verdict import STATUS_WORDS, Verdict

FEWEST_TO_JUDGE = 10
"""The fewest students for a remark on an exercise."""

MOST_MISCONCEPTIONS = 5
"""The most rows per exercise in the table of misconceptions."""

_LONGEST_MESSAGE = 240
_LONGEST_REQUEST = 2000  # characters of a regrade request


def distributions(graded: GradedClass) -> list[dict[str, Any]]:
    """Describe the marks of all assignments together, then of each assignment."""
    totals, by_assignment = totals_of(graded)
    found = []
    possible = sum(points for _, points in by_assignment.values())
    if len(by_assignment) > 1 and possible:
        note = "What was not handed in counts 0."
        whole = [earned / possible for earned in totals.values()]
        found.append(_distribution("All together", possible, whole, note))
    for name, (shares, points) in by_assignment.items():
        if points:
            found.append(_distribution(name, points, shares, "Of those who handed it in."))
    return found


def totals_of(graded: GradedClass) -> tuple[dict[str, float], dict[str, tuple[list[float], float]]]:
    """Return each student's points, and each assignment's shares of its points with the points."""
    totals = dict.fromkeys(graded.names, 0.0)
    by_assignment: dict[str, tuple[list[float], float]] = {}
    for result in graded.results:
        earned, possible = graded.score(result)
        totals[result.student] += earned
        share = earned / possible if possible else 0.0
        by_assignment.setdefault(result.assignment, ([], possible))[0].append(share)
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


def items(graded: GradedClass, marks: list[ItemMark]) -> list[dict[str, Any]]:
    """Describe each gap: its statistics, how often each status occurred, and a remark.

    What waits for a person's mark is counted, and is no part of the statistics.
    """
    statuses: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for mark in marks:
        statuses[mark.item][mark.status] += 1
    points = {mark.item: mark.max_score for mark in marks}
    comments: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in graded.comments:
        comments[one.assignment, one.exercise].append(one.comment)
    known = item_statistics([mark for mark in marks if mark.status != "manual"])
    return [
        {
            "assignment": item[0],
            "exercise": item[1],
            "points": points[item],
            "figures": figures,
            "parts": _parts(statuses[item]),
            "note": remark(figures),
            "comments": comments.get(item, []),
        }
        for item in points
        for figures in [known.get(item) or unmarked(item)]
    ]


def inside(graded: GradedClass) -> list[tuple[str, str, str]]:
    """List the tests that ran in the students' processes: assignment, test, and why."""
    rows = {
        (result.assignment, test, why)
        for result in graded.results
        for test, why in result.inside.items()
    }
    return sorted(rows)


def _parts(counts: Counter[str]) -> list[dict[str, Any]]:
    """Return the parts of a bar, one for each status, in percent of its width."""
    parts, left = [], 0.0
    for status, words in STATUS_WORDS.items():
        if counts[status]:
            width = 100 * counts[status] / counts.total()
            label = _of_several(status, words.label) if counts[status] > 1 else words.label
            part = {"status": status, "words": label, "count": counts[status]}
            parts.append(part | {"left": left, "width": width})
            left += width
    return parts


def _of_several(status: str, label: str) -> str:
    """Write what became of several answers: they were stopped, or wait."""
    return _SEVERAL.get(status, label.replace(" was ", " were "))


_SEVERAL = {"manual": "wait for a person's mark"}


def remark(figures: ItemStatistics) -> str:
    """Name what an instructor may want to look at in an item; "" for few students."""
    if figures.count < FEWEST_TO_JUDGE:
        return ""
    if figures.discrimination is not None and figures.discrimination < 0:
        return "Students who did well elsewhere did worse here: look at the exercise and its check."
    if figures.difficulty < 0.3:
        return "Hard: most of its points were missed."
    if figures.difficulty > 0.95:
        return "Nearly everybody has all points: it does not tell students apart."
    if figures.discrimination is not None and figures.discrimination < 0.1:
        return "Hardly related to the other marks."
    return ""


def quiz(graded: GradedClass, marks: list[ItemMark]) -> list[dict[str, Any]]:
    """Describe how often each answer to each question of the quiz was chosen."""
    notebooks = [(one.student, one.notebook) for one in graded.results if one.assignment == QUIZ]
    if not notebooks:
        return []
    totals = sums(marks)
    return [_question(question, notebooks, marks, totals) for question in graded.questions]


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
    figures = choice_statistics(picked, rests, letters or [question.key])
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


def times(graded: GradedClass) -> list[dict[str, Any]]:
    """Return how long grading took by assignment, and when it was handed in, where known."""
    rows = []
    for name in graded.assignments:
        own = [one for one in graded.results if one.assignment == name]
        if own:
            rows.append(_times(graded, name, own))
    return rows


def _times(graded: GradedClass, name: str, own: list[SubmissionResult]) -> dict[str, Any]:
    """Describe one assignment's times."""
    seconds = [one.seconds for one in own]
    slowest = max(own, key=lambda one: one.seconds)
    entries = [graded.entries.get((one.student, one.assignment)) for one in own]
    known = [entry.handed_in for entry in entries if entry and entry.handed_in]
    handed_in = sorted(
        time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC) for time in known
    )
    return {
        "assignment": name,
        "count": len(own),
        "median": statistics.median(seconds),
        "longest": slowest.seconds,
        "slowest": slowest.student,
        "total": sum(seconds),
        "first": handed_in[0] if handed_in else None,
        "last": handed_in[-1] if handed_in else None,
        "late": sum(bool(entry and entry.penalty) for entry in entries),
    }


def missing(graded: GradedClass) -> list[dict[str, Any]]:
    """List the students who have not handed in, by assignment."""
    rows = []
    for name in graded.assignments:
        there = {one.student for one in graded.results if one.assignment == name}
        rows.append(
            {
                "assignment": name,
                "there": len(there),
                "absent": [student for student in graded.names if student not in there],
            }
        )
    return rows


def left_over(graded: GradedClass) -> list[dict[str, str]]:
    """List what was handed in and not graded, with the reason and the next step."""
    return [
        {
            "student": row.student,
            "path": row.path,
            "reason": row.reason,
            "next_step": row.next_step,
        }
        for row in graded.not_graded
    ]


def requests(graded: GradedClass, formgrader: str) -> list[dict[str, Any]]:
    """List the regrade requests, each with its text and formgrader's page of its submission."""
    return [
        {
            "student": one.student,
            "assignment": one.assignment,
            "gaps": one.gaps,
            "text": one.problem or _shortened(one.text) or one.line,
            "state": one.state,
            "listed": one.listed,
            "formgrader": one.formgrader(formgrader),
        }
        for one in graded.requests
    ]


def _shortened(text: str) -> str:
    """Cut a request that is very long."""
    return text if len(text) <= _LONGEST_REQUEST else f"{text[:_LONGEST_REQUEST]}…"


def flags(graded: GradedClass) -> list[dict[str, str]]:
    """List every flag with its evidence."""
    return [
        {
            "student": result.student,
            "assignment": result.assignment,
            "kind": flag.kind,
            "evidence": flag.evidence,
        }
        for result, flag in personal_flags(graded.results)
    ]


def students(graded: GradedClass) -> list[dict[str, Any]]:
    """Return every student's points, with a column per assignment that somebody handed in."""
    totals, by_assignment = totals_of(graded)
    scores = {(one.student, one.assignment): graded.score(one)[0] for one in graded.results}
    flagged = Counter(one.student for one, _ in personal_flags(graded.results))
    return [
        {
            "student": student,
            "scores": [scores.get((student, name)) for name in by_assignment],
            "total": totals[student],
            "flags": flagged[student],
        }
        for student in graded.names
    ]


def misconceptions(graded: GradedClass) -> list[dict[str, Any]]:
    """Count what went wrong in each exercise, the most frequent first.

    A verdict without a known misconception is counted by the first line of its message.
    """
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for result in graded.results:
        for gap in result.gaps:
            counter = counts.setdefault((result.assignment, gap.exercise), Counter())
            is_question = result.assignment == QUIZ and graded.questions
            if gap.status in ("correct", "not_attempted", "rejected", "manual") or is_question:
                continue
            counter[gap.misconception, "" if gap.misconception else _first_line(gap)] += 1
    return [
        {
            "assignment": assignment,
            "exercise": exercise,
            "count": count,
            "id": misconception,
            "what": idea_of(misconception) or message,
            "section": section_of(misconception) if graded.has_lesson else "",
        }
        for (assignment, exercise), counter in counts.items()
        for (misconception, message), count in _largest(counter)
    ]


def _largest(counter: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Take the most frequent; in alphabetical order where two are equally frequent."""
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MOST_MISCONCEPTIONS]


def _first_line(gap: Verdict) -> str:
    """Return a message's first line, without the exercise's name in front."""
    first = (gap.message or STATUS_WORDS[gap.status].label).strip().partition("\n")[0]
    front, found, rest = first.partition("`: ")
    named = found and front == f"`{gap.exercise}"
    return (rest if named else first)[:_LONGEST_MESSAGE]
