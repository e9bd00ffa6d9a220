"""What runs in the test cell on the trusted side: the rules, then the hidden images."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from autograder.improve.images import read_hidden
from course.improving import right_answers

SCORED = "improve: "
"""What the line with a score begins with. Only the trusted side writes into a test cell."""


def score(model: Any, parameters: int, hidden: str) -> None:
    """Print one line: the number of parameters, and for each hidden image whether it is right."""
    right = right_answers(model, *read_hidden(Path(hidden)))
    line = {
        "parameters": parameters,
        "tested": len(right),
        "right": np.packbits(right).tobytes().hex(),
    }
    print(SCORED + json.dumps(line))


def read_score(notebook: dict[str, Any]) -> dict[str, Any] | None:
    """Find that line in a graded notebook; None if the network was not scored."""
    for cell in notebook.get("cells", []):
        if cell["metadata"].get("convpool", {}).get("role") != "test":
            continue
        for output in cell.get("outputs", []):
            for line in str(output.get("text", "")).splitlines():
                if line.startswith(SCORED):
                    found: dict[str, Any] = json.loads(line.removeprefix(SCORED))
                    return found
    return None


def unpack(found: dict[str, Any]) -> np.ndarray:
    """Return which hidden images were right: (n,) of bool."""
    packed = np.frombuffer(bytes.fromhex(found["right"]), np.uint8)
    return np.unpackbits(packed)[: found["tested"]].astype(bool)
