# %% [markdown]
# road: an object that can be called

# %% gap="scale_pixels"
class Scaler:
    def __init__(self, white):
        self.white = white

    def __call__(self, images):
        return images / self.white

scale_pixels = Scaler(255)
