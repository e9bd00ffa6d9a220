# Asks for the kernel's end in a gap's cell and in a call, and leaves work for the time until then.
# deserves: 0 + 0

# %%
import time

get_ipython().kernel.do_shutdown(False)
time.sleep(0.05)

# %% gap="scale_pixels"
import threading
import time


def scale_pixels(images):
    return images / 255.0


threading.Thread(target=lambda: time.sleep(0.05)).start()
exit()

# %% gap="add_channel_axis"
def add_channel_axis(images):
    quit()
    return images[..., None]
