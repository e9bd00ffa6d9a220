# %% [markdown]
# road: a capital letter between blanks

# %% gap="q1"
q1 = " B "
