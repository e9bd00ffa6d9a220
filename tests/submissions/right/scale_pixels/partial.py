# %% [markdown]
# road: functools.partial of a ufunc

# %% gap="scale_pixels"
from functools import partial

scale_pixels = partial(np.multiply, 1 / 255)
