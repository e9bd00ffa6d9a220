# Links, removals and other modes in the place of the files of requests and replies.
# deserves: 0 + 0

# %%
import os

for path in ("/run/convpool/reply", "/run/convpool/request", "/run/convpool/agent"):
    for change in (
        lambda path: os.chmod(path, 0),
        lambda path: os.unlink(path),
        lambda path: os.rename(path, path + "-old"),
        lambda path: os.symlink("/etc/passwd", path),
        lambda path: os.link(path, "/tmp/reply"),
        lambda path: open(f"{path}/request-1", "w").write("{}"),
        lambda path: open(path, "r+b").write(b"{}"),
        lambda path: os.truncate(path, 0),
        lambda path: os.mkfifo(f"{path}/reply-1"),
        lambda path: os.setxattr(path, "user.x", b"1"),
    ):
        try:
            change(path)
        except OSError:
            pass

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
