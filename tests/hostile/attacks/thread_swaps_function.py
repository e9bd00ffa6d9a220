# A thread that swaps the functions, and the module that serves them, at test time.
# deserves: 0 + 0

# %%
import sys
import threading
import time


def swap():
    while True:
        time.sleep(0.001)
        agent = sys.modules.get("convpool_agent.serving")
        main = sys.modules["__main__"]
        if agent is not None:
            agent.ANSWERS["describe"] = lambda request: {"kind": "function"}
            main.scale_pixels = main.add_channel_axis = lambda images: images


threading.Thread(target=swap, daemon=True).start()

# %% gap="scale_pixels"
def scale_pixels(images):
    time.sleep(0.05)
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    time.sleep(0.05)
    return images
