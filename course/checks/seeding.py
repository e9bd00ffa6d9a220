"""Where the checks' random inputs come from.

A grader sets a secret per submission, so that nobody can foresee the inputs and every regrade
draws the same ones. Without one the exercise's name is the seed, and a learner who runs a check
twice sees the same result twice.
"""

import hashlib
import hmac

import numpy as np

_secret: bytes = b"convpool-course"


def set_secret(secret: bytes) -> None:
    """Draw all later inputs from this secret (any length above 0)."""
    if not secret:
        raise ValueError("the secret of the checks must not be empty")
    global _secret
    _secret = secret


def generator(exercise: str) -> np.random.Generator:
    """Give the random generator of one exercise: HMAC-SHA256 of its name under the secret."""
    digest = hmac.new(_secret, exercise.encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
