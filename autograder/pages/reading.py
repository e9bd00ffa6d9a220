"""What to read next: the section of the lesson for a misconception, a gap or a question."""

from course.checks.misconceptions import CATALOGUE, Misconception
from course.quiz.question import SECTIONS

# Gap -> anchor of the section that explains it, for mistakes that no check knows by name.
_ANCHORS = {
    "scale_pixels": "#input-4d",
    "add_channel_axis": "#input-4d",
    "output_size": "#padding-stride",
    "convolve2d": "#convolution",
    "vertical_edge_kernel": "#kernels",
    "count_parameters": "#parameters",
    "max_pool2d": "#pooling",
    "strided_convolve2d": "#stride-pooling",
    "prepare": "#input-4d",
    "build_cnn": "#channels",
    "layer_shapes": "#summary",
    "train": "#channels",
    "evaluate": "#channels",
}


def idea_of(misconception: str) -> str:
    """Say in words what a misconception is; "" for one that is not in the catalogue."""
    known = _known(misconception)
    return known.idea if known else misconception


def section_of(misconception: str, gap: str = "") -> str:
    """Name the lesson's section for a misconception, else the one for its gap; "" for neither."""
    known = _known(misconception)
    if known and known.section:
        return _heading(known.section)
    return SECTIONS[_ANCHORS[gap]].replace("`", "") if gap in _ANCHORS else ""


def _heading(start: str) -> str:
    """Complete a heading that the catalogue names by its first words, without its number."""
    headings = (heading.replace("`", "") for heading in SECTIONS.values())
    return next((one for one in headings if one.partition(". ")[2].startswith(start)), start)


def _known(misconception: str) -> Misconception | None:
    """Look a misconception up."""
    return CATALOGUE.get(misconception)
