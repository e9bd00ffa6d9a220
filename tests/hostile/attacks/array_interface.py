# An instance whose __array__ and buffer differ at every look.
# deserves: 0 + 0

# %%
import itertools


class Changing:
    """Another array at every look."""

    looks = itertools.count()
    shape = property(lambda self: (2, 3, 4, 1))
    __array_interface__ = {"shape": (1 << 30,), "typestr": "<f8", "data": (1, True), "version": 3}

    def __array__(self, dtype=None, copy=None):
        return np.zeros(next(self.looks))

    def __iter__(self):
        return iter([1])

    def __len__(self):
        return 1 << 40


# %% gap="scale_pixels"
def scale_pixels(images):
    return Changing()


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return [Changing()]
