"""Writes the cells q1 … q10 of the quiz assignment from a bank and a class's seed.

The key appears only in nbgrader's solution and hidden-test regions, which the release omits. A
numeric key is computed again, from the drawn values, whenever the test runs.
"""

from course.counted import counted
from course.errors import QuizError
from course.quiz.question import SEVERAL_RULE, Bank, DrawnQuestion
from course.quiz.rendering import figure_data_uri
from course.quiz.variants import draw_bank

QUESTIONS = 10
POINTS = 2.0


def draw(bank: Bank, seed: int | str) -> list[DrawnQuestion]:
    """Draw a class's quiz: shuffle and letter the options, draw the values.

    Raises `QuizError` unless the bank has exactly ten questions of 2 points.
    """
    if len(bank.questions) != QUESTIONS:
        raise QuizError(
            f"{bank.path} has {len(bank.questions)} questions; the graded quiz has {QUESTIONS}.",
            "Add or remove questions.",
        )
    for question in bank.questions:
        if question.points != POINTS:
            raise QuizError(
                f"{bank.path}, line {question.line}: {question.id!r} has {question.points:g} "
                f"points; each graded question has {POINTS:g}.",
                "Remove the 'points:' line.",
            )
    return draw_bank(bank, seed)


def quiz_cells(bank: Bank, seed: int | str) -> str:
    """Return the py:percent text of the cells q1 … q10, in the notation of `script`."""
    questions = draw(bank, seed)
    return "\n".join(_question(f"q{n}", n, q) for n, q in enumerate(questions, start=1))


def _question(name: str, number: int, question: DrawnQuestion) -> str:
    cells = (_text_cell(name, number, question), _gap_cell(name, question), _test(name, question))
    return "\n".join(cells)


def _text_cell(name: str, number: int, question: DrawnQuestion) -> str:
    parts = [f"**Question {number} ({counted(question.points, 'point')}).** {question.text}"]
    if question.figure:
        alt = question.figure.alt.replace("[", "(").replace("]", ")")
        parts.append(f"![{alt}]({figure_data_uri(question.figure)})")
    if question.options:
        parts.append("\n".join(f"- **{o.letter}** – {o.text}" for o in question.options))
    if question.kind == "multiple":
        parts.append(f"*{SEVERAL_RULE}*")
    lines = "\n\n".join(parts).splitlines()
    body = "\n".join(f"# {line}".rstrip() for line in lines)
    return f'# %% [markdown] locked="{name}_question"\n{body}\n'


def _gap_cell(name: str, question: DrawnQuestion) -> str:
    return (
        f'# %% gap="{name}"\n'
        f"{name} = None  # {_instruction(question)}\n"
        "### BEGIN SOLUTION\n"
        "### KEEP ABOVE\n"
        f"{name} = {_literal(question.key)}\n"
        "### END SOLUTION\n"
    )


def _instruction(question: DrawnQuestion) -> str:
    if question.kind == "numeric":
        return "write the number in place of None"
    if question.kind == "multiple":
        return "write the letters of all right options as one string, in place of None"
    choices = ", ".join(f'"{letter}"' for letter in question.letters[:-1])
    return f'write {choices} or "{question.letters[-1]}" in place of None'


def _test(name: str, question: DrawnQuestion) -> str:
    writer = {"single": _single_test, "multiple": _several_test, "numeric": _number_test}
    head = (
        f'# %% test="{name}" points={question.points:g}\n'
        "from course.checks import exercise\n\n"
        f'with exercise("{name}") as check:\n'
    )
    return head + writer[question.kind](name, question)


def _single_test(name: str, question: DrawnQuestion) -> str:
    return (
        f'    check.choice({name}, "{question.letters}")\n'
        + _hidden(name)
        + f'        check.chosen({name}, "{question.key}")\n'
        "    ### END HIDDEN TESTS\n"
    )


def _several_test(name: str, question: DrawnQuestion) -> str:
    return (
        f'    check.choices({name}, "{question.letters}")\n'
        + _hidden(name)
        + f'        share = check.chosen_all({name}, "{question.key}", "{question.letters}")\n'
        "    ### END HIDDEN TESTS\n"
        "### BEGIN HIDDEN TESTS\n"
        f"check.mark({question.points:g}, share)\n"
        "### END HIDDEN TESTS\n"
    )


def _number_test(name: str, question: DrawnQuestion) -> str:
    values = ", ".join(f"{value}={number}" for value, number in question.values)
    return (
        f"    check.noted_number({name})\n"
        + _hidden(name)
        + "        from course.quiz.variants import compute\n\n"
        f'        check.equals_number({name}, compute("{question.formula}", {values}))\n'
        "    ### END HIDDEN TESTS\n"
    )


def _hidden(name: str) -> str:
    return (
        "    ### BEGIN HIDDEN TESTS\n"
        f"    # CANARY-HIDDEN-quiz-{name}\n"
        '    with check.hidden("the answer"):\n'
    )


def _literal(key: str | int | float) -> str:
    return f'"{key}"' if isinstance(key, str) else repr(key)
