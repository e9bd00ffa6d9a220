"""How pictures look and are shown: like the stored ones, in words as well, and only when asked."""

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.testing.compare import compare_images
from PIL import Image
from support.places import TESTS
from support.plot_examples import examples

from course import plots
from course.plots.picture import Picture
from course.plots.steps import Steps

# The public names that return something else than a picture.
NUMBERS = {
    *("CLASSIC_KERNELS", "classic_maps", "likeness", "map_question", "plainest"),
    *("receptive_fields", "smaller_maps", "strength_by_border"),
}
NAMES = [name for name in plots.__all__ if name not in NUMBERS]
STORED = TESTS / "golden" / "plots"
# Root of the mean square difference of a channel, 0…255. Another version of the font's renderer
# stays below 3; a panel that is gone or a title that is cut off is far above.
TOLERANCE = 4.0
# Small enough for the repository, large enough to see the layout.
DPI = 40


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return examples()


@pytest.fixture(scope="module")
def html(pictures: dict[str, Picture]) -> dict[str, str]:
    """What a notebook shows of each picture."""
    return {name: p._repr_mimebundle_()["text/html"] for name, p in pictures.items()}


class Tags(HTMLParser):
    """The tags of an HTML text with their attributes, and the text of the captions."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.skipif(
    mpl.__version_info__ < (3, 11),
    reason="the stored pictures are those of matplotlib 3.11, which gives text other room",
)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_looks_like_the_stored_one(
    pictures: dict[str, Picture], name: str, tmp_path: Path
) -> None:
    stored, new = STORED / f"{name}.png", tmp_path / f"{name}.png"
    new.write_bytes(pictures[name].png(DPI))
    if os.environ.get("UPDATE_GOLDEN"):
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_bytes(new.read_bytes())

    assert compare_images(str(stored), str(new), TOLERANCE) is None


def test_the_tolerance_sees_a_title_that_is_gone(tmp_path: Path) -> None:
    picture = plots.pooling_blocks([[1, 2], [3, 4]])
    before, after = tmp_path / "before.png", tmp_path / "after.png"
    before.write_bytes(picture.png(DPI))
    picture.figure.axes[0].set_title("")
    after.write_bytes(picture.png(DPI))

    assert compare_images(str(before), str(after), TOLERANCE)


def test_every_plot_has_an_example() -> None:
    assert set(examples()) == set(NAMES)


def test_a_figure_is_the_same_whatever_the_notebook_has_set() -> None:
    plain = examples()["maps"].png(DPI)
    with mpl.rc_context({"font.size": 30, "text.color": "red", "figure.facecolor": "black"}):
        assert examples()["maps"].png(DPI) == plain


def test_pictures_are_in_no_list_of_open_figures() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    examples()["images"].png(DPI)
    assert plt.get_fignums() == before


@pytest.mark.parametrize("name", NAMES)
def test_every_image_has_an_alternative_text_and_a_caption(
    pictures: dict[str, Picture], html: dict[str, str], name: str
) -> None:
    picture, tags = pictures[name], Tags(html[name])

    images = [a for tag, a in tags.found if tag == "img" and a.get("class") != "moving"]
    assert [a["alt"] for a in images] == [picture.alt]
    assert ("figcaption", {"style": "max-width:60em"}) in tags.found
    assert " ".join(picture.caption.split()) in " ".join(tags.text.split())
    assert picture.alt.endswith(".")
    assert picture.caption.endswith(".")


def test_words_are_what_a_terminal_shows(pictures: dict[str, Picture]) -> None:
    picture = pictures["maps"]
    assert picture._repr_mimebundle_()["text/plain"] == f"{picture.alt} {picture.caption}"


def test_text_in_a_picture_is_escaped() -> None:
    picture = plots.images({"one": [[0.0]]}, alt='A "<b>" & more.', caption="<script>1</script>.")
    html = picture._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert 'alt="A &quot;&lt;b&gt;&quot; &amp; more."' in html


def test_a_player_holds_every_step_with_its_words(
    pictures: dict[str, Picture], html: dict[str, str]
) -> None:
    picture = pictures["sliding_kernel"]
    assert isinstance(picture, Steps)
    tags = Tags(html["sliding_kernel"])
    [data] = [a["data-steps"] for tag, a in tags.found if "data-steps" in a]
    steps = json.loads(data)

    assert steps["words"] == list(picture.words)
    assert len(set(steps["frames"])) == len(steps["frames"]) == len(picture.words)
    assert "http" not in html["sliding_kernel"]


def test_every_frame_is_laid_out_as_the_first(pictures: dict[str, Picture]) -> None:
    picture = pictures["sliding_kernel"]
    assert isinstance(picture, Steps)
    frames = [Image.open(BytesIO(frame)).convert("L") for frame in picture.frames()]
    corners = {(frame.size, frame.getpixel((2, 2)), _left_border(frame)) for frame in frames}
    assert len(corners) == 1


def _left_border(frame: Image.Image) -> int:
    """The first column that is not white: where the image on the left starts."""
    middle = [frame.getpixel((x, frame.height // 2)) for x in range(frame.width)]
    return next(x for x, shade in enumerate(middle) if shade < 200)


def test_a_gif_holds_every_step(pictures: dict[str, Picture], tmp_path: Path) -> None:
    picture = pictures["sliding_kernel"]
    assert isinstance(picture, Steps)
    picture.save_gif(tmp_path / "steps.gif")
    with Image.open(tmp_path / "steps.gif") as gif:
        assert gif.n_frames == len(picture.words)


def test_a_saved_still_is_a_png_for_print(pictures: dict[str, Picture], tmp_path: Path) -> None:
    pictures["maps"].save(tmp_path / "maps.png")
    with (
        Image.open(tmp_path / "maps.png") as saved,
        Image.open(BytesIO(pictures["maps"].png())) as shown,
    ):
        assert saved.width == pytest.approx(2 * shown.width, abs=1)


IN_GRADING = """
import sys
import numpy as np
from course import plots
picture = plots.maps({"one": np.eye(3)}, "A map.", "Words.")
shown = picture._repr_mimebundle_()
assert list(shown) == ["text/plain"], shown
assert "matplotlib" not in sys.modules and "scipy" not in sys.modules
"""


def test_a_graded_notebook_gets_the_words_and_never_loads_matplotlib() -> None:
    environment = {**os.environ, "NBGRADER_EXECUTION": "autograde"}
    subprocess.run([sys.executable, "-c", IN_GRADING], check=True, env=environment)


def test_plots_load_nothing_before_they_are_used() -> None:
    code = "import sys; from course import plots; dir(plots); sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_plot_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        plots.pie  # noqa: B018
