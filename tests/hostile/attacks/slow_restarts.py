# Cells that use up their time and then end the process: every restart runs them again.
# deserves: 0 + 0
# limits: cell_seconds=8 notebook_seconds=14

# %%
import time

time.sleep(6)

# %%
import os

os._exit(1)

# %%
import os

os._exit(1)

# %% gap="scale_pixels"
def scale_pixels(images):
    time.sleep(60)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    time.sleep(60)
