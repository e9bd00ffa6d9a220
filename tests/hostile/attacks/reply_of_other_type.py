# Replies of a type that was not asked for: a value for a call, a verdict, numbers as keys.
# deserves: 0 + 0

# %%
import itertools

from convpool_agent import serving

kinds = itertools.cycle(["value", "correct", "score", "undefined", "function", 5, None, ["result"]])


def call(request):
    return {"kind": next(kinds), "value": 10, "score": 10, "result": 10, "args": 5, "kwargs": None}


serving.ANSWERS["call"] = call

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
