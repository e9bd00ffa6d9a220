"""Messages of the wider set of values, honest and forged."""

import json
from typing import Any

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import MAGIC, encode
from autograder.boundary.agent.convpool_agent.keras_values import reduce
from autograder.boundary.channel import no_handle


def crossed(value: Any) -> Any:
    return decode(encode({"value": value}, reduce=reduce, wide=no_handle), wide=True)["value"]


def forged(node: Any, wide: bool = True) -> Any:
    """Decode a message with this JSON as its value."""
    text = json.dumps({"arrays": [], "fields": {"value": node}}).encode()
    return decode(MAGIC + len(text).to_bytes(8, "little") + text, wide)["value"]


def wide(kind: str, content: Any) -> Any:
    return {"wide": [kind, content]}
