# The agent says first that a gap is a function, then that it is a number, a model, a history.
# deserves: 0 + 0

# %%
from convpool_agent import records, serving


def describe(request):
    if request["name"] == "scale_pixels":
        return {"kind": "value", "value": records.HistoryRecord({"score": [10.0]}, [0])}
    return {"kind": "value", "value": {"kind": "result", "score": 10}}


serving.ANSWERS["describe"] = describe

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
