# Integers of a million digits, strings of 100 MB, lists without end.
# deserves: 0 + 0

# %%
import sys

sys.set_int_max_str_digits(0)

# %% gap="scale_pixels"
def scale_pixels(images):
    return [10 ** 1_000_000, "x" * 100_000_000]


# %% gap="add_channel_axis"
def add_channel_axis(images):
    result = []
    result.append(result)
    return result
