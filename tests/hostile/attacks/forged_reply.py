# The agent, changed to write a verdict and a wrong result under the right number and nonce.
# deserves: 0 + 0

# %%
from pathlib import Path

import convpool_agent
from convpool_agent.decoding import decode
from convpool_agent.encoding import encode


def serve(number, requests, replies):
    request = decode(Path(requests).read_bytes())
    head = {"number": number, "nonce": request["nonce"], "score": 10, "status": "correct"}
    if request["kind"] == "describe":
        Path(replies).write_bytes(encode({**head, "kind": "function"}))
        return
    result = np.zeros((2, 3, 4, 1))
    given = {"args": request["args"], "kwargs": request["kwargs"]}
    Path(replies).write_bytes(encode({**head, "kind": "result", "result": result, **given}))


convpool_agent.serve = serve

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
