"""A picture with several steps: a player in a notebook, a still in print, a GIF file."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from course.plots.picture import Picture, house_style, image_tag

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Time to read the sum of a step.
SECONDS_PER_STEP = 0.7
_COLORS = 256


@dataclass(frozen=True, repr=False)
class Steps(Picture):
    """A picture of several steps; `figure` is the still, drawn at one of them."""

    words: tuple[str, ...] = ()
    """What each step shows, in words; one text for each step."""
    go_to: "Callable[[Figure, int], None]" = field(default=lambda figure, step: None)
    """Brings the figure to a step, counted from 0."""
    still: int = 0
    """The step at which the still is drawn."""

    def frames(self) -> list[bytes]:
        """Return one PNG file for each step, in few colors so that they are small."""
        from PIL import Image

        frames = []
        for step in range(len(self.words)):
            self._go_to(step)
            small = BytesIO()
            picture = Image.open(BytesIO(self.png())).convert("RGB")
            picture.quantize(_COLORS).save(small, format="png", optimize=True)
            frames.append(small.getvalue())
            # Every frame keeps the layout of the first, so that nothing jumps.
            self.figure.set_layout_engine("none")
        self._go_to(self.still)
        return frames

    def _go_to(self, step: int) -> None:
        figure = self.figure
        with house_style():
            self.go_to(figure, step)

    def save_gif(self, path: str | Path) -> None:
        """Write all steps as one GIF file that repeats."""
        from PIL import Image

        first, *others = [Image.open(BytesIO(frame)) for frame in self.frames()]
        time = round(1000 * SECONDS_PER_STEP)
        first.save(path, save_all=True, append_images=others, duration=time, loop=0)

    def _html(self) -> str:
        frames = self.frames()
        still = image_tag(frames[self.still], self.alt)
        return f'<div class="convpool-steps">{still}{_player(frames, self.words)}</div>' + (
            self._figcaption()
        )


def _player(frames: list[bytes], words: tuple[str, ...]) -> str:
    """Return buttons and a slider for the steps.

    Without JavaScript the still is shown. Nothing moves before a button is pressed.
    """
    addresses = ["data:image/png;base64," + base64.b64encode(f).decode() for f in frames]
    data = escape(json.dumps({"frames": addresses, "words": words}))
    seconds = round(1000 * SECONDS_PER_STEP)
    return (
        f'{_STYLE}<div class="player" hidden data-steps="{data}" data-time="{seconds}">'
        '<img class="moving" alt="" style="max-width:100%;height:auto">'
        f'<div class="controls"><button type="button" class="back">{_sign("back")} Back</button> '
        f'<button type="button" class="play"><span class="sign">{_sign("play")}</span> '
        '<span class="label">Play</span></button> '
        f'<button type="button" class="next">Next {_sign("play")}</button> '
        f'<label>Step <input type="range" min="1" max="{len(frames)}" value="1"></label> '
        f'<output aria-live="polite"></output></div></div>{_SCRIPT}'
    )


# Drawn, because fonts that lack the signs are common.
_SIGNS = {
    "play": "M2 1 L9 5 L2 9 Z",
    "back": "M8 1 L1 5 L8 9 Z",
    "pause": "M1 1 H4 V9 H1 Z M6 1 H9 V9 H6 Z",
}


def _sign(name: str) -> str:
    """Return a sign of a button as an SVG in the color of its text."""
    return (
        '<svg aria-hidden="true" viewBox="0 0 10 10" width="0.8em" height="0.8em" '
        f'fill="currentColor"><path d="{_SIGNS[name]}"/></svg>'
    )


_STYLE = """<style>
.convpool-steps.on > .still { display: none }
.convpool-steps .controls > * { font: inherit; vertical-align: middle; padding: 0.2em 0.7em }
@media print {
  .convpool-steps .player { display: none }
  .convpool-steps.on > .still { display: block }
}
</style>"""

_SCRIPT = """<script>
document.querySelectorAll('.convpool-steps:not(.on)').forEach(function (box) {
  var player = box.querySelector('.player'), find = player.querySelector.bind(player);
  var data = JSON.parse(player.dataset.steps), timer = null, step = 0;
  var picture = find('.moving'), slider = find('input'), play = find('.play');
  function go(number) {
    step = Math.max(0, Math.min(data.frames.length - 1, number));
    picture.src = data.frames[step];
    picture.alt = data.words[step];
    slider.value = step + 1;
    find('output').textContent = (step + 1) + ' of ' + data.frames.length;
  }
  function show(sign, label) {
    play.querySelector('path').setAttribute('d', sign);
    play.querySelector('.label').textContent = label;
  }
  function stop() { clearInterval(timer); timer = null; show(PLAY, 'Play'); }
  function start() {
    if (step === data.frames.length - 1) go(0);
    show(PAUSE, 'Pause');
    timer = setInterval(function () {
      go(step + 1);
      if (step === data.frames.length - 1 || !document.contains(box)) stop();
    }, +player.dataset.time);
  }
  find('.back').onclick = function () { stop(); go(step - 1); };
  find('.next').onclick = function () { stop(); go(step + 1); };
  play.onclick = function () { timer ? stop() : start(); };
  slider.oninput = function () { stop(); go(slider.value - 1); };
  box.classList.add('on');
  player.hidden = false;
  go(0);
});
</script>""".replace("PLAY", f"'{_SIGNS['play']}'").replace("PAUSE", f"'{_SIGNS['pause']}'")
