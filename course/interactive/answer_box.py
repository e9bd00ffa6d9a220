"""A box below a question, to type into or to click: made of ipywidgets where they can be shown."""

import time
from collections.abc import Callable, Mapping
from html import escape
from itertools import count
from typing import Any

from course.frontend import is_watched
from course.interactive.display import Shown

_NUMBERS = count(1)
# A script in an output runs again when the notebook is opened again. It then must not act.
_FRESH = 10_000  # milliseconds

# Moves the cursor into the box of a cell that was run alone. Run All makes another one active.
_INTO_BOX = """
var tries = 0, timer = setInterval(function () {
  var here = document.getElementById('ID'), cell = here && here.closest('.jp-Cell');
  var box = cell && cell.querySelector('.convpool-answer input');
  if (box && [cell, cell.nextElementSibling].some(function (one) {
    return one && one.classList.contains('jp-mod-active');
  })) box.focus({preventScroll: true});
  if (box || ++tries > 30) clearInterval(timer);
}, 100);"""

# Selects the cell below, so that Shift+Enter runs it.
_TO_NEXT_CELL = """
var here = document.getElementById('ID'), cell = here && here.closest('.jp-Cell');
if (cell && cell.nextElementSibling) cell.nextElementSibling.focus();"""

# Shows the code of a cell that was folded.
_UNFOLD = """
var here = document.getElementById('ID'), cell = here && here.closest('.jp-Cell');
var folded = cell && cell.querySelector('.jp-Cell-inputWrapper .jp-InputPlaceholder');
if (folded) folded.click();"""


# A button of ipywidgets cuts off what is longer than its line.
_WRAPPED = """<style>
.jupyter-widgets.jupyter-button.convpool-choice {
  white-space: normal; height: auto; min-height: 28px; line-height: 1.4; max-width: 100%;
  padding-top: 4px; padding-bottom: 4px;
}</style>"""


def _script(code: str) -> str:
    """Return a marker and a script that acts on the notebook cell around it, when it is new."""
    name = f"convpool-{next(_NUMBERS)}-{time.time_ns()}"
    now = round(1000 * time.time())
    body = f"if (Math.abs(Date.now() - {now}) < {_FRESH}) {{{code.replace('ID', name)}\n}}"
    return f'<span id="{name}"></span><script>(function () {{{body}}})();</script>'


def unfolding() -> str:
    """Return HTML that shows the code of the cell in which it is shown."""
    return _script(_UNFOLD)


def can_be_shown() -> bool:
    """Tell whether a person is there who sees widgets and can use them."""
    from course.data import is_grading

    if is_grading() or not is_watched():
        return False
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        return False
    return True


class AnswerBox:
    """A question with a box for its answer. Enter or a click on a choice submits."""

    def __init__(
        self,
        question: str,
        choices: Mapping[str, str],
        example: str,
        submit: Callable[[str], str],
        skip: Callable[[], None],
    ) -> None:
        """Make the box. `submit` gets what was typed, and returns what is wrong with it, or ""."""
        import ipywidgets as widgets

        self._submit, self._skip = submit, skip
        self._text = widgets.Text(
            placeholder=example,
            continuous_update=False,  # Enter submits, as leaving the box does
            layout=widgets.Layout(width="22em", max_width="100%"),
        )
        self._text.observe(self._on_typed, names="value")
        self._message = widgets.HTML()
        skipping = self._button("Skip", lambda: self._skip())
        skipping.tooltip = "Show the result without a prediction"
        buttons = [self._choice_button(letter, words) for letter, words in choices.items()]
        self._box = widgets.VBox(
            [
                widgets.HTML(f"{_WRAPPED}<b>Predict.</b> {escape(question)}"),
                widgets.Box(buttons, layout=_row(column=any(choices.values()))),
                widgets.HBox([self._text, skipping], layout=_row()),
                self._message,
            ],
            layout=widgets.Layout(
                border="2px solid #4a7fb5", padding="0.4em 0.8em", max_width="60em"
            ),
        )
        self._box.add_class("convpool-answer")
        self._handle: Any = None

    def _choice_button(self, letter: str, words: str) -> Any:
        label = f"{letter}: {words}" if words else letter
        button = self._button(label, lambda: self._try(letter))
        button.style.text_align = "left"
        button.add_class("convpool-choice")
        return button

    def _button(self, label: str, act: Callable[[], None]) -> Any:
        import ipywidgets as widgets

        button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
        button.on_click(lambda _: act())
        return button

    def show(self) -> None:
        """Show the box below the running cell, and move the cursor into it."""
        from IPython.display import HTML, display

        self._handle = display(self._box, display_id=True)
        display(HTML(_script(_INTO_BOX)))

    def replace(self, shown: Shown) -> None:
        """Show something else in the box's place, and select the cell below."""
        self._handle.update(Shown(shown.html + _script(_TO_NEXT_CELL), shown.text))

    def _on_typed(self, change: Any) -> None:
        if str(change["new"]).strip():
            self._try(change["new"])

    def _try(self, typed: str) -> None:
        problem = self._submit(typed)
        self._message.value = f"<span role='alert'>{escape(problem)}</span>" if problem else ""


def _row(column: bool = False) -> Any:
    import ipywidgets as widgets

    if column:
        return widgets.Layout(display="flex", flex_flow="column", align_items="flex-start")
    return widgets.Layout(display="flex", flex_flow="row wrap", align_items="center")
