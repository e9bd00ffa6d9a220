"""Says in plain words what common errors of Python and NumPy mean.

An error that tells of a misconception has its words in `misconceptions.py`. The errors here have
many causes, and none is claimed: the words say what the error's own text says, for a beginner.
"""

import re

_WORDS = (
    # (pattern of "Type: text", words); the first that fits is used.
    (
        r"IndentationError|TabError",
        "Python can't read the cell: the spaces at the beginning of a line don't match those of "
        "the line above. Lines of one block begin at the same place.",
    ),
    (
        r"invalid character '[‘’“”„]'",
        'Curly quotes mean nothing to Python. Type straight ones, as in `"x"`.',
    ),
    (
        r"leading zeros in decimal",
        "A number can't begin with a zero, and a comma ends it: 1,050 is two numbers. Write 1050.",
    ),
    (
        r"SyntaxError",
        "Python can't read the cell. Look at that line and the one above it: a parenthesis, a "
        "quote or a colon may be missing.",
    ),
    (
        r"ModuleNotFoundError",
        "That module is not installed where notebooks are checked. Use the modules that the "
        "notebook imports.",
    ),
    (r"ImportError", "The module is there, but has nothing of that name."),
    (r"name '(np|tf|plt)' is not defined", "Run the notebook's first code cell, which imports it."),
    (
        r"NameError",
        "There is nothing of that name: is it spelled as where it was defined, and does it stand "
        "in a cell above?",
    ),
    (
        r"UnboundLocalError",
        "The name is used before the function has given it a value, perhaps because a condition or "
        "a loop was never entered.",
    ),
    (
        r"(could not be|cannot be|could not) broadcast|incompatible shapes",
        "Two arrays were put together, or one was written into a place of another, and their "
        "shapes don't fit. Print both shapes.",
    ),
    (
        r"not aligned|mismatch in its core dimension",
        "A matrix product was computed of two arrays whose sizes don't fit. Print both shapes. "
        "`*` multiplies number by number.",
    ),
    (
        r"too many indices",
        "The array has fewer axes than there are indices in the square brackets. Print its shape.",
    ),
    (
        r"(tuple|string) index out of range",
        "An index went beyond the end. Indices run from 0 to the length minus 1.",
    ),
    (
        r"only (integer|length-1|size-1|0-dimensional)|array element with a sequence",
        "A whole array stands where a single number belongs.",
    ),
    (
        r"list indices must be integers|'list' object has no attribute|"
        r"operand type\(s\) for .*'list'|multiply sequence",
        "A list is no array: `np.array(…)` makes one, which can be added, multiplied and indexed "
        "by rows and columns.",
    ),
    (
        r"NoneType",
        "The value is None. It may come from a function without `return`, or from a method that "
        "changes its object and returns nothing.",
    ),
    (
        r"zero-size array|empty sequence|arg is an empty|\(\) (arg|iterable) is",
        "The largest or smallest of no values at all was asked for: a slice is empty.",
    ),
    (r"ZeroDivisionError", "Something was divided by 0."),
    (r"cannot reshape|requested shape", "The new shape has room for a different number of values."),
    (
        r"positional argument|unexpected keyword|multiple values for",
        "A function was called with too many or too few arguments, or with one that it does not "
        "know.",
    ),
    (
        r"not enough values to unpack|too many values to unpack",
        "As many names must stand on the left of `=` as there are values on the right. Print the "
        "shape that is taken apart.",
    ),
    (r"not subscriptable", "That value has no parts, so no square brackets can follow it."),
    (r"has no attribute", "There is nothing of that name after the dot. Is it spelled correctly?"),
    (
        r"FileNotFoundError|PermissionError",
        "Files of your own are not there when a notebook is checked, and nothing can be written "
        "outside its folder. Use the arguments.",
    ),
    (
        r"URLError|ConnectionError|gaierror|name resolution|unreachable",
        "There is no network while a notebook is graded. Use what is installed.",
    ),
)


def in_plain_words(kind: str, text: str) -> str:
    """Explain an error by its type's name and its text; "" if it is none of the common ones."""
    told = f"{kind}: {' '.join(text[:20_000].split())}"
    return next((words for pattern, words in _WORDS if re.search(pattern, told)), "")
