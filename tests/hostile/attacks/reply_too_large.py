# A reply of more bytes than the grader takes, sparse so that it costs nothing.
# deserves: 0 + 0

# %%
import convpool_agent


def serve(number, requests, replies):
    with open(replies, "r+b") as file:
        file.truncate(100 << 20)


convpool_agent.serve = serve

# %% gap="scale_pixels"
def scale_pixels(images):
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
