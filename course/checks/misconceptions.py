"""The catalogue of what goes wrong: for each misconception an id, the idea, the lesson's section.

A check that recognizes a misconception carries its id as plain data (`CheckFailed.misconception`).
The idea stands word for word in the message, so that `named_in` finds the id again in any text that
quotes it, such as an output that nbgrader kept. The wrong formulas that carry these ids are in
`formulas.py`, the wrong arrays in `mistakes.py`.
"""

from dataclasses import dataclass

from course.checks.ideas import IDEAS

SECTIONS = {
    "convolution": "3. Convolution: one small window, many places",
    "kernels": "3. Convolution: one small window, many places",
    "padding-stride": "3. Convolution: one small window, many places",
    "pooling": "4. Pooling: keep the strongest, drop the rest",
    "stride-pooling": "5. What is the difference between convolution and pooling?",
    "scaling": "6. The code so far: a dense network",
    "channels": "7. Now with convolutions",
    "input-4d": "8. What changed?",
    "output-size": "9. Reading `model.summary()` line by line",
    "parameters": "9. Reading `model.summary()` line by line",
    "summary": "9. Reading `model.summary()` line by line",
    "cost": "10. Dense against CNN",
}
"""Id of a section → its heading in course/lessons/lesson.py; `autograder build` compares them."""

SECTIONS_OF_GAPS = {
    "scale_pixels": "scaling",
    "add_channel_axis": "input-4d",
    "output_size": "padding-stride",
    "convolve2d": "convolution",
    "vertical_edge_kernel": "kernels",
    "count_parameters": "parameters",
    "max_pool2d": "pooling",
    "strided_convolve2d": "stride-pooling",
    "prepare": "input-4d",
    "build_cnn": "channels",
    "layer_shapes": "summary",
    "train": "channels",
    "evaluate": "channels",
}
"""Gap → section to read after a mistake that no check recognizes."""


@dataclass(frozen=True)
class Misconception:
    """One idea that goes wrong."""

    idea: str
    """What went wrong and what holds instead, as the learner reads it."""
    section: str
    """Id of the lesson's section that explains it; "" where none needs to be read."""


_NOT_IN_THE_LESSON = {
    "argmax-of-labels", "arguments-ignored", "axes-confused", "axis-not-asked-for",
    "caret-for-power", "count-for-share", "count-with-fraction", "digits-lost", "last-product-only",
    "max-of-two-numbers", "mixed-precision", "negatives-lost", "one-image-only",
    "per-cent", "rate-zero", "rounded", "scaled-not-asked-for", "scaled-to-integers",
    "sign-ignored", "too-few-bits",
    "weights-not-finite", "weights-without-effect",
}  # fmt: skip
"""No section of the lesson speaks of these: no message points to one."""

CATALOGUE: dict[str, Misconception] = {
    name: Misconception(idea, "" if name in _NOT_IN_THE_LESSON else section)
    for section, ideas in IDEAS.items()
    for name, idea in ideas.items()
}
"""Every misconception that a check can name, by its id."""


def heading(section: str) -> str:
    """Return the heading of a section, without backquotes."""
    return SECTIONS[section].replace("`", "")


def idea_of(misconception: str) -> str:
    """Say in words what a misconception is; an id of an older catalogue stands for itself."""
    return CATALOGUE[misconception].idea if misconception in CATALOGUE else misconception


def section_of(misconception: str, gap: str = "", noted: str = "") -> str:
    """Return what to read for a misconception, else for its gap; "" for neither.

    `noted` is what the gap's author wrote beside it: the id of a section, or words.
    """
    known = CATALOGUE.get(misconception)
    section = known.section if known else ""
    section = section or noted or SECTIONS_OF_GAPS.get(gap, "")
    return heading(section) if section in SECTIONS else section


def explain(misconception: str) -> str:
    """Say what went wrong, and which section of the lesson to read."""
    known = CATALOGUE[misconception]
    if not known.section:
        return known.idea
    # The heading's first words, up to a colon: "Convolution".
    title = heading(known.section).partition(". ")[2].partition(":")[0]
    return f"{known.idea} (Lesson: “{title}”)"


def named_in(text: str) -> str:
    """Find the misconception whose idea a text quotes first, however its lines break; or ""."""
    plain = " ".join(text.split())
    places = {name: plain.find(known.idea) for name, known in CATALOGUE.items()}
    return min((name for name in places if places[name] >= 0), key=places.__getitem__, default="")
