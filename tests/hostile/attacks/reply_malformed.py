# Replies that are noise, cut off, a pickle, or a header that promises too much.
# deserves: 0 + 0

# %%
import pickle
import random

import convpool_agent
from convpool_agent import serving


class Payload:
    """Run something where this is loaded."""

    def __reduce__(self):
        return eval, ("open('/tmp/hostile-was-here', 'w')",)


genuine = serving.encode


def encode(*arguments):
    data = genuine(*arguments)
    choice = random.choice(["noise", "cut", "pickle", "huge", "deep"])
    return {
        "noise": random.randbytes(5000),
        "cut": data[: len(data) // 2],
        "pickle": pickle.dumps(Payload()),
        "huge": data[:4] + b"\xff" * 8 + data[12:],
        "deep": b"[" * 100_000,
    }[choice]


serving.encode = encode

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255.0


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
