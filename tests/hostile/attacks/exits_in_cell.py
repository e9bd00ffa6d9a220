# os._exit in cells again and again, so that kernels have to be opened again and again.
# deserves: 0 + 0

# %%
import os

os._exit(0)

# %%
import os

os._exit(0)

# %%
import os

os._exit(0)

# %% gap="scale_pixels"
def scale_pixels(images):
    return images
import os
os._exit(0)

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
import os
os._exit(0)
