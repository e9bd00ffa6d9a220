# %% [markdown]
# road: a table of fractions

# %% gap="scale_pixels"
from fractions import Fraction

def scale_pixels(images):
    shades = [float(Fraction(value, 255)) for value in range(256)]
    return np.array(shades)[images]
