# NumPy's functions say that everything is close, equal and true.
# deserves: 0 + 0
# limits: cell_seconds=10

# %%
import builtins

import numpy

for name in ("allclose", "isclose", "array_equal", "all", "any", "asarray", "max", "abs"):
    setattr(numpy, name, lambda *args, **kwargs: True)
numpy.testing.assert_allclose = lambda *args, **kwargs: None
builtins.isinstance = lambda value, kind: True
builtins.all = builtins.any = lambda values: True

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
