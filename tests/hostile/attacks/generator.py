# A generator, an iterator and a coroutine in the place of results.
# deserves: 0 + 0

# %% gap="scale_pixels"
def scale_pixels(images):
    while True:
        yield images / 255.0


# %% gap="add_channel_axis"
async def add_channel_axis(images):
    return images[..., None]
