# An endless loop in a function that ignores SIGINT and catches everything.
# deserves: 0 + 6
# limits: cell_seconds=10

# %% gap="scale_pixels"
def scale_pixels(images):
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
