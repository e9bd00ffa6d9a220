# %% gap="scale_pixels"
def scale_pixels(images):
    scaled = np.empty(images.shape)
    for number, image in enumerate(images):
        scaled[number] = image * (1 / 255)
    return scaled


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.stack([image[:, :, np.newaxis] for image in images])
