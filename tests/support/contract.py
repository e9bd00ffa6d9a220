"""The contract of the course's exercises: gaps and points by assignment, written by hand.

`test_exercise_contract.py` compares the released notebooks with it.
"""

from support.places import COURSE

from course.notebook.release_folder import gaps

ASSIGNMENTS = tuple(COURSE.assignments())
"""All of the checkout: those of the contract, then others that an author has added."""

POINTS: dict[str, dict[str, float]] = {
    "reshape": {"scale_pixels": 4.0, "add_channel_axis": 6.0},
    "convolution": {
        "output_size": 4.0,
        "convolve2d": 8.0,
        "vertical_edge_kernel": 4.0,
        "count_parameters": 4.0,
    },
    "pooling": {"max_pool2d": 9.0, "strided_convolve2d": 6.0},
    "cnn": {
        "prepare": 5.0,
        "build_cnn": 15.0,
        "layer_shapes": 5.0,
        "train": 5.0,
        "evaluate": 5.0,
    },
    "quiz": {f"q{number}": 2.0 for number in range(1, 11)},
}


def _added_points() -> dict[str, dict[str, float]]:
    """Read the gaps and points of assignments that an author has added and built."""
    return {
        name: {gap.name: gap.points for gap in gaps(name)}
        for name in ASSIGNMENTS
        if name not in POINTS and COURSE.release(name).is_file()
    }


ALL_POINTS = POINTS | _added_points()
"""Gaps and points of the contract, and of assignments that were added."""
ASSIGNMENT_OF = {gap: name for name, points in POINTS.items() for gap in points}
OWNER_OF = {gap: name for name, points in ALL_POINTS.items() for gap in points}
"""As ASSIGNMENT_OF, with the gaps of assignments that were added."""
CODE_ASSIGNMENTS = ("reshape", "convolution", "pooling", "cnn")
CODE_GAPS = [gap for gap, assignment in ASSIGNMENT_OF.items() if assignment in CODE_ASSIGNMENTS]
