# Right answers that write to standard error in every way there is.

# %%
import logging
import os
import sys
import warnings

import absl.logging
import numpy as np

handler = logging.StreamHandler(sys.stderr)
logging.getLogger().addHandler(handler)
kept_stderr = sys.stderr
kept_descriptor = os.dup(2)


def noise():
    print("printed noise", file=sys.stderr)
    sys.__stderr__.write("original noise\n")
    os.write(2, b"descriptor noise\n")
    warnings.warn("warned noise")
    warnings.warn("deprecated noise", DeprecationWarning)
    logging.getLogger("mine").error("logged noise")
    absl.logging.error("absl noise")
    os.system("echo child noise >&2")


noise()

# %% gap="scale_pixels"
def scale_pixels(images):
    noise()
    warnings.simplefilter("always")
    np.float64(1) / np.float64(0)
    return images / 255.0

# %%
noise()

# %% gap="add_channel_axis"
def add_channel_axis(images):
    noise()
    return images[..., np.newaxis]
