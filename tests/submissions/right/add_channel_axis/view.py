# %% [markdown]
# road: a view with another shape

# %% gap="add_channel_axis"
def add_channel_axis(images):
    view = images.view()
    view.shape = images.shape + (1,)
    return view
