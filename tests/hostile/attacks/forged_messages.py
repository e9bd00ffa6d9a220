# Messages of the kernel with forged parents: results, errors, and "idle" before the end.
# deserves: 0 + 0

# %%
import threading
import time

kernel = get_ipython().kernel
session, iopub = kernel.session, kernel.iopub_socket


def forge():
    while True:
        time.sleep(0.002)
        parent = kernel.get_parent("shell")
        content = {"data": {"text/plain": "10"}, "metadata": {}, "execution_count": 1}
        for kind, body in (
            ("execute_result", content),
            ("stream", {"name": "stdout", "text": "10\n", "output_type": "execute_result"}),
            ("display_data", {**content, "output_type": "error", "traceback": 5}),
            ("status", {"execution_state": "idle"}),
        ):
            session.send(iopub, kind, content=body, parent=parent)


threading.Thread(target=forge, daemon=True).start()

# %% gap="scale_pixels"
def scale_pixels(images):
    time.sleep(0.2)
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    time.sleep(0.2)
    return images
