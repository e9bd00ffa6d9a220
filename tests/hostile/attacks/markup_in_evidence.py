# Text constants that the terminal or a page might take for markup, where flags quote them.
# deserves: 0 + 6

# %%
paths = ["/etc/[/bold]x", "/etc/<script>alert(1)</script>", "/proc/\x1b[2J", "=cmd|' /C calc'!A0"]
for path in paths:
    try:
        open(path)
    except (OSError, ValueError):
        pass

# %% gap="scale_pixels"
def scale_pixels(images):
    raise ValueError("[/red]<script>alert(1)</script>\x1b[2J")


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
