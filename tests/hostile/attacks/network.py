# Sends what it knows out, and asks for the answer: TCP, UDP, DNS, and the host's own ports.
# deserves: 0 + 0

# %%
import socket
import subprocess

caught = []
socket.setdefaulttimeout(2)
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("1.1.1.1", 443)),
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 22)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 22)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("8.8.8.8", 53)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/run/docker.sock"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/run/dbus/system_bus_socket"),
):
    try:
        peer = socket.socket(family, kind)
        peer.connect(address)
        peer.send(b"hostile-was-here")
        caught.append(address)
    except OSError:
        pass
try:
    caught += socket.getaddrinfo("example.com", 80)
except OSError:
    pass
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    caught.append("raw")
except OSError:
    pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255.0 if caught else images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None] if caught else images
