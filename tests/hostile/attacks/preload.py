# LD_PRELOAD, PYTHONSTARTUP and an exec of the kernel's own process.
# deserves: 0 + 0

# %%
import os
import sys

with open("/tmp/hostile-was-here.py", "w") as file:
    file.write("print('score: 10')\n")
os.environ |= {
    "LD_PRELOAD": "/tmp/hostile-was-here.so",
    "PYTHONSTARTUP": "/tmp/hostile-was-here.py",
    "PYTHONPATH": "/tmp",
    "BASH_ENV": "/tmp/hostile-was-here.py",
}

# %% gap="scale_pixels"
def scale_pixels(images):
    os.execv(sys.executable, [sys.executable, "-c", "print('correct'); import time; time.sleep(9)"])


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
