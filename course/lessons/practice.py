# %% [markdown]
# # Practice: check what you know
#
# | | |
# |---|---|
# | **You will be able to** | find out which ideas of the lesson you know, and which to read again |
# | **You need** | the lesson |
# | **Time** | about 25 minutes for all of it; a topic takes two or three |
# | **Training costs** | nothing is trained here |
# | **Points** | none: nothing here is graded |
#
# Click an option and read what it says: every option is explained, the wrong ones too. Nothing is
# marked here. The graded quiz begins with the three questions of the lesson's quiz; its other seven
# are not asked here, but are about the same ideas. Run a cell again with another number, such as
# `show_quiz("pooling", seed=2)`, to draw other sizes and another order.

# %%
from course import show_quiz

# %% [markdown]
# ## What a convolution computes

# %%
show_quiz("convolution")

# %% [markdown]
# ## Kernels and what they respond to

# %%
show_quiz("kernels")

# %% [markdown]
# ## Channels

# %%
show_quiz("channels")

# %% [markdown]
# ## Padding and stride

# %%
show_quiz("padding-stride")

# %% [markdown]
# ## Output sizes

# %%
show_quiz("output-size")

# %% [markdown]
# ## Counting parameters

# %%
show_quiz("parameters")

# %% [markdown]
# ## Pooling, and what it keeps

# %%
show_quiz("pooling")

# %% [markdown]
# ## A convolution with stride, or pooling?

# %%
show_quiz("stride-pooling")

# %% [markdown]
# ## The 4D input and its errors

# %%
show_quiz("input-4d")

# %% [markdown]
# ## Reading model.summary()

# %%
show_quiz("summary")

# %% [markdown]
# ## Cost against accuracy

# %%
show_quiz("cost")

# %% [markdown]
# **What you have seen.** Which ideas you know, and which to read again.
#
# **Common mistakes.** Reading on after a wrong answer, without reading why it is wrong.
#
# **Next:** read again what you missed: each explanation links into the lesson. Then do the graded
# quiz. The same questions are in the terminal (`course quiz`), with a score by topic. See it
# explained: [convolutions and pooling](https://youtu.be/PCgLmzkRM38).
