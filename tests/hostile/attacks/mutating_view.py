# Views into a buffer that a thread goes on changing after the result was given.
# deserves: 0 + 0

# %%
import threading
import time

buffer = np.zeros(1 << 20)


def change():
    while True:
        buffer[:] = np.random.default_rng().random(buffer.size)
        time.sleep(0.001)


threading.Thread(target=change, daemon=True).start()

# %% gap="scale_pixels"
def scale_pixels(images):
    return buffer[: images.size].reshape(images.shape)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.lib.stride_tricks.as_strided(buffer, (*images.shape, 1), (0,) * (images.ndim + 1))
