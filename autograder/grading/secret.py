"""The secret of a class, from which the checks' random inputs come."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from autograder.course_folder import ClassFolder

_BYTES = 32


def class_secret(class_folder: ClassFolder) -> bytes:
    """Read the class's secret; make one, readable to its owner only, if there is none yet.

    Whoever knows it can foresee the inputs of the hidden checks.
    """
    path = class_folder.root / ".secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
    return Path(path).read_bytes()


def submission_seed(secret: bytes, digest: str, assignment: str) -> str:
    """Derive the seed of one submission (HMAC-SHA256, hexadecimal): the same at every regrade."""
    return hmac.new(secret, f"{assignment}:{digest}".encode(), hashlib.sha256).hexdigest()
