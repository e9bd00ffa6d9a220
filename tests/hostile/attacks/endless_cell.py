# A cell that never ends and listens to no interrupt.
# deserves: 0 + 6
# limits: cell_seconds=10

# %%
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
