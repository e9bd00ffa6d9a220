# Messages of the kernel that no kernel sends: no fields, other types, half characters.
# deserves: 0 + 6

# %%
kernel = get_ipython().kernel
parent = kernel.get_parent("shell")
half = "\ud800"


def send(kind, body):
    import json

    message = kernel.session.msg(kind, content=body, parent=parent)
    parts = [message["header"], message["parent_header"], message["metadata"], body]
    frames = [json.dumps(part, default=str).encode() for part in parts]
    wire = [b"<IDS|MSG>", kernel.session.sign(frames), *frames]
    kernel.iopub_socket.send_multipart([b"topic", *wire])


send("stream", {"name": "stdout", "text": f"half a character {half}"})
send("stream", {"name": half, "text": half})
send("display_data", {"data": {"text/plain": half, half: half}, "metadata": {half: half}})
send("display_data", {"data": [half], "metadata": 5})
send("error", {"ename": half, "evalue": half, "traceback": [half, 5, None, {half: 1}]})

# %%
send("error", {"ename": 5, "evalue": None, "traceback": "no list"})
send("stream", [1, 2])

# %% gap="scale_pixels"
def scale_pixels(images):
    raise ValueError("half a character \ud800 in a message")


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
