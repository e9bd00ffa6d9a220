"""Shows practice questions in JupyterLab through jupyterquiz, with feedback under every option."""

from html import escape

from course.errors import QuizError
from course.quiz.bank import practice_bank
from course.quiz.question import TOPICS, Bank, DrawnQuestion
from course.quiz.rendering import block_html, figure_svg, inline_html
from course.quiz.variants import draw_question

LESSON_QUESTIONS = 3
LESSON_FILE = "lesson.ipynb"
_RESOLVED = "convpool-sections"
# Contrast of at least 4.5 : 1 with jupyterquiz's near-white text (#fafafa).
_COLORS = {
    "--jq-multiple-choice-bg": "#392061",
    "--jq-many-choice-bg": "#8a3200",
    "--jq-numeric-bg": "#123c69",
    "--jq-numeric-input-bg": "#26303a",
    "--jq-correct-color": "#0a6b2d",
    "--jq-incorrect-color": "#a8191f",
}
# Feedback brings its own ground, because JupyterLab's may be light or dark.
_PANEL = (
    "text-align:left;font-size:1rem;line-height:1.4;padding:0.4em 0.8em;border-radius:6px;"
    "color:#1a1c1e;background:#ffffff;border:2px solid "
)
_RIGHT, _WRONG, _LINK = "#0a5c27", "#9c1219", "#0b4f94"


def show_quiz(name_or_topic: str = "lesson", seed: int = 0) -> None:
    """Show questions of the practice bank below the cell.

    `name_or_topic` is "lesson" (the lesson's own three), a topic such as "pooling", or "all";
    `seed` draws the numbers and the order of the options. Raises QuizError for another name.
    """
    from jupyterquiz import display_quiz

    questions = choose_questions(practice_bank(), name_or_topic, seed)
    is_lesson = name_or_topic == "lesson"
    _act_on_clicks()
    if not is_lesson:
        _resolve_sections(questions)
    display_quiz(
        [as_jupyterquiz(question, "" if is_lesson else LESSON_FILE) for question in questions],
        shuffle_answers=False,
        max_width=760,
        colors=dict(_COLORS),
    )


def choose_questions(bank: Bank, name_or_topic: str, seed: int = 0) -> list[DrawnQuestion]:
    """Draw the bank's questions of that name: "lesson", "all" or a topic."""
    if name_or_topic == "lesson":
        chosen = bank.questions[:LESSON_QUESTIONS]
    elif name_or_topic == "all":
        chosen = bank.questions
    else:
        chosen = tuple(q for q in bank.questions if q.topic == name_or_topic)
    if not chosen:
        raise QuizError(
            f"{name_or_topic!r} is no topic of the quiz.",
            f'Choose "lesson", "all" or one of {", ".join(TOPICS)}.',
        )
    return [draw_question(question, seed) for question in chosen]


def as_jupyterquiz(question: DrawnQuestion, lesson: str = LESSON_FILE) -> dict:
    """Return one question in jupyterquiz's form; its texts are HTML.

    `lesson` is the address of the lesson from the notebook that asks; "" in the lesson itself.
    """
    if question.kind == "numeric":
        numbers = _numbers(question, lesson)
        return {"type": "numeric", "question": _asked(question), "answers": numbers}
    return {
        "type": "many_choice" if question.kind == "multiple" else "multiple_choice",
        "question": _asked(question),
        "answer_cols": 1,
        "answers": [
            {
                "answer": _plain(f"{option.letter}) {inline_html(option.text)}"),
                "correct": option.right,
                "feedback": _feedback(question, option.right, option.explanation, lesson),
            }
            for option in question.options
        ],
    }


def _asked(question: DrawnQuestion) -> str:
    note = "<p><em>Several options are right.</em></p>" if question.kind == "multiple" else ""
    picture = figure_svg(question.figure) if question.figure else ""
    return _plain(block_html(question.text) + picture + note)


def _numbers(question: DrawnQuestion, lesson: str) -> list[dict]:
    answers = [
        {"value": mistake.value, "correct": False}
        | {"feedback": _feedback(question, False, mistake.explanation, lesson)}
        for mistake in question.mistakes
    ]
    right = _feedback(question, True, question.explanation, lesson)
    other = _feedback(question, False, "That is not the number; look at each step again.", lesson)
    return [
        {"type": "value", "value": question.key, "correct": True, "feedback": right},
        *({"type": "value", **answer} for answer in answers),
        {"type": "default", "feedback": other},
    ]


def _feedback(question: DrawnQuestion, right: bool, explanation: str, lesson: str) -> str:
    color, verdict = (_RIGHT, "✓ Right.") if right else (_WRONG, "✗ Not right.")
    address = escape(lesson + question.fragment)
    link = (
        f'<a style="color:{_LINK};text-decoration:underline" href="{address}">'
        f"{escape(question.heading)}</a>"
    )
    again = "" if right else f"<p>Read again: {link}</p>"
    return _plain(
        f'<div style="{_PANEL}{color}"><strong style="color:{color}">{verdict}</strong> '
        f"{block_html(explanation)}{again}</div>"
    )


def _plain(html: str) -> str:
    """Write what jupyterquiz would take for LaTeX or a link as HTML entities."""
    return html.replace("$", "&#36;").replace("[", "&#91;").replace("]", "&#93;")


# JupyterLab's MathJax has no `typeset`. Without one jupyterquiz fetches another MathJax from the
# network, which breaks JupyterLab's own; its answers to clicks and keys call `typeset` as well.
_MATHJAX_STAYS = """
(() => {
  const keep = () => { if (window.MathJax && !MathJax.typeset) MathJax.typeset = () => {}; };
  keep();
  for (const kind of ["click", "keypress"]) document.addEventListener(kind, keep, true);
})();
"""

# The browser would resolve a quiz's link against JupyterLab's own address. JupyterLab resolves
# links in what it renders itself, so its own link to the same section is clicked instead: until the
# section is in view, because it is not found in a notebook that is still being opened. Within the
# lesson JupyterLab scrolls about there, and this scrolls the rest. Jupyter Notebook opens a window
# for each notebook, and goes to the section in the address.
_LINKS_INTO_LESSON = f"""
if (!window.convpoolLinks) {{
  window.convpoolLinks = true;
  const find = (title) => Array.from(document.querySelectorAll(".jp-RenderedMarkdown h2"))
    .filter((heading) => heading.textContent.startsWith(title));
  const inView = (heading) => {{
    const place = heading.getBoundingClientRect();
    return place.height > 0 && place.top >= 0 && place.bottom <= innerHeight;
  }};
  const follow = (go, title, tries) => {{
    if (!tries || find(title).some(inView)) return;
    go();
    setTimeout(() => follow(go, title, tries - 1), 500);
  }};
  document.addEventListener("click", (event) => {{
    const link = event.target.closest
      && event.target.closest('a[href^="{LESSON_FILE}#"], .Quiz a[href^="#"]');
    if (!link) return;
    const title = link.textContent, address = link.getAttribute("href");
    if (address.startsWith("#")) {{
      const scroll = () => find(title).forEach((heading) => heading.scrollIntoView());
      setTimeout(() => follow(scroll, title, 20), 500);
      return;
    }}
    const classic = location.pathname.match(/^(.*\\/notebooks)\\//);
    const notebook = link.closest(".jp-Notebook");
    const resolved = notebook && Array.from(notebook.querySelectorAll(".{_RESOLVED} a"))
      .find((one) => one.textContent === title);
    if (!classic && !resolved) return;
    event.preventDefault();
    if (classic) window.open(classic[1] + "/" + address, "_blank");
    else follow(() => resolved.click(), title, 20);
  }}, true);
}}
"""


def _act_on_clicks() -> None:
    """Let clicks on answers and on links into the lesson do what they should."""
    from IPython.display import Javascript, display

    display(Javascript(_MATHJAX_STAYS + _LINKS_INTO_LESSON))


def _resolve_sections(questions: list[DrawnQuestion]) -> None:
    """Show hidden links to the questions' sections, for JupyterLab's own way of opening them.

    With `heading=` JupyterLab finds a heading before the lesson is drawn.
    """
    from IPython.display import HTML, display

    places = {
        question.heading: f"{LESSON_FILE}#heading={question.fragment.removeprefix('#')}"
        for question in questions
    }
    links = (f'<a href="{escape(place)}">{escape(text)}</a>' for text, place in places.items())
    display(HTML(f'<div class="{_RESOLVED}" style="display:none">{"".join(links)}</div>'))
