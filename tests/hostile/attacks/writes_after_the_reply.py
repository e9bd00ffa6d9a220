# A thread that goes on writing into the reply while the grader reads it.
# deserves: 0 + 0

# %%
import os
import threading

file = os.open("/run/convpool/reply", os.O_RDWR)


def scribble():
    while True:
        size = os.fstat(file).st_size
        if size > 40:
            os.pwrite(file, os.urandom(16), size - 16)
        os.ftruncate(file, size + 1)
        os.ftruncate(file, size)


for _ in range(3):
    threading.Thread(target=scribble, daemon=True).start()

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
