"""Which misconception an error of the learner's code tells of, by the error's message."""

import re

_ERRORS = (
    # (pattern of the error's message, misconception); the first that fits is named.
    (r"does not support input requests|raw_input was called|EOF when reading", "asks-for-input"),
    (r"maximum recursion depth exceeded", "endless-recursion"),
    (r"into shape \(\d{4,},", "hard-coded-count"),
    (r"requested shape has \d{7,}", "hard-coded-count"),
    (r"cannot reshape array of size \d+ into shape \(.*28", "hard-coded-size"),
    (r"requested shape (has \d+|requires a multiple of 784)", "hard-coded-size"),
    (r"cannot reshape array of size \d+ into shape \(.*,1\)", "hard-coded-size"),
    (r"cannot reshape array of size \d+ into shape \(\d+,\d+,\d+,\d+\)", "even-sizes-only"),
    (r"has no input shape yet", "input-missing"),
    (r"`call` cannot be followed", "call-not-followed"),
    (r"`\w+_regularizer` of its|has a setting `\w+_regularizer`", "weights-penalized"),
    (r"`\w+_constraint` of its", "weights-constrained"),
    (r"`data_format` of its", "channel-axis-in-front"),
    (r"input of shape \(None, (None|\d+), 28, 28, 1\)", "batch-axis-in-input"),
    (r"expected min_ndim=4, found ndim=5", "batch-axis-in-input"),
    (r"expected min_ndim=4, found ndim=3", "channel-axis-missing"),
    (r"expected min_ndim=4, found ndim=2", "flatten-before-convolutions"),
    (r"target.{0,60}output.{0,60}must have the same (shape|rank)", "wrong-loss"),
    (r"compile_loss/", "wrong-loss"),
    (r"logits.{0,60}labels must have the same", "wrong-loss"),
    (r"axis 1 is out of bounds for array of dimension 1", "argmax-of-labels"),
    (r"Expected dimension in the range \[-1, 1\), but got 1", "argmax-of-labels"),
    (r"read-only", "input-changed"),
    (r"same_kind|Cannot cast ufunc", "input-changed"),
    (r"inhomogeneous shape", "ragged-rows"),
    (r"axis \d+ is out of bounds for array of dimension", "axis-not-there"),
    (r"can only specify one unknown dimension", "two-open-sizes"),
    (r"can only concatenate tuple", "shape-is-a-tuple"),
    (
        r"'tuple' object (has no attribute '(append|extend|insert)'|does not support item)",
        "shape-is-a-tuple",
    ),
    (r"(^|: |\.)array\(\) takes from 1 to \d positional arguments", "rows-not-in-one-list"),
    (r"Field elements must be 2- or 3-tuples", "rows-not-in-one-list"),
    (r"is an array of dtype <[US]\d+: only arrays of numbers", "text-for-numbers"),
    (r"Cannot interpret '\d+' as a data type", "shape-not-a-tuple"),
    (r"(zeros|ones|empty)\(\) takes from 1 to \d positional arguments", "shape-not-a-tuple"),
    (r"'float' object cannot be interpreted as an integer", "fraction-in-shape"),
    (r"expected a sequence of integers or a single integer, got '\d+\.", "fraction-in-shape"),
    (r"slice indices must be integers", "fraction-in-shape"),
    (r"truth value of an array", "array-in-a-condition"),
    (r"object is not callable", "value-called"),
    (r"\(…\)` is an? (builtin_function_or_method|function|method): ", "method-not-called"),
    (
        r"'numpy.ndarray' object has no attribute '(append|concatenate|divide|expand_dims|flip|"
        r"maximum|moveaxis|pad|stack)'",
        "function-of-numpy",
    ),
    (r"'tuple' object cannot be interpreted as an integer", "shape-as-a-number"),
    (r"unsupported operand type.*'tuple'", "shape-as-a-number"),
    (r"only integers, slices", "fraction-in-shape"),
    (r"only integer scalar arrays can be converted to a scalar index", "rows-for-indexes"),
    (r"list indices must be integers or slices, not tuple", "list-indexed-twice"),
    (r"list assignment index out of range", "list-without-places"),
    (r"index -?\d+ is out of bounds for axis|list index out of range", "index-beyond-the-end"),
)

_FOUR_AXES = (r"expected (min_)?ndim=4, found ndim=[23]|must be( of)? rank 4", "four-axes-wanted")

_CONVOLUTION_ERRORS = (
    _FOUR_AXES,
    (r"can only concatenate tuple", "shape-as-a-number"),
    (r"could not be broadcast together", "window-not-kernel-sized"),
    (r"in its core dimension|not aligned", "matrix-product"),
    (r"setting an array element with a sequence\.$|only 0-dimensional", "products-not-added"),
)

_ERRORS_OF_GAPS: dict[str, tuple[tuple[str, str], ...]] = {
    "convolve2d": _CONVOLUTION_ERRORS,
    "strided_convolve2d": _CONVOLUTION_ERRORS,
    "max_pool2d": (
        _FOUR_AXES,
        (r"float\d+' object cannot be interpreted as an integer", "max-of-two-numbers"),
        (r"can only concatenate tuple", "shape-as-a-number"),
        (r"setting an array element with a sequence\.$|only 0-dimensional", "block-not-reduced"),
        (r"zero-size array to reduction|arg is an empty sequence", "empty-block"),
        (r"iterable argument is empty", "empty-block"),
    ),
}
"""Gap → messages that tell of a misconception there, looked for first."""


def of_error(message: str, gap: str = "") -> str:
    """Name the misconception that an error of the learner's code in a gap tells of, or ""."""
    plain = " ".join(message[:20_000].split())
    patterns = _ERRORS_OF_GAPS.get(gap, ()) + _ERRORS
    return next((name for pattern, name in patterns if re.search(pattern, plain)), "")


def of_cell_error(gap: str, told: str) -> str:
    """Name the misconception that the error of a gap's own cell tells of, or "".

    `told` quotes the error with its type: "… NameError: name 'b' is not defined …".
    """
    if "NotImplementedError" in told and not re.search(r"NotImplementedError: \w", told):
        return "placeholder-reached"
    if re.search(r"UsageError: .*`%%\w", told):
        return "cell-magic-not-first"
    letters = re.search(r"NameError: name '[a-zA-Z]{1,5}' is not defined", told)
    if re.fullmatch(r"q\d+", gap) and letters:
        return "letter-without-quotes"
    return of_error(told, gap)
