# The right reply, but only after the call has come to its end.
# deserves: 0 + 0

# %%
import threading
import time

import convpool_agent

genuine = convpool_agent.serve


def late(*arguments):
    time.sleep(3)
    genuine(*arguments)


def serve(*arguments):
    threading.Thread(target=late, args=arguments, daemon=True).start()


convpool_agent.serve = serve

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255.0


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
