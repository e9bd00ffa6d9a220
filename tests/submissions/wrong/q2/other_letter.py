# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q2"
q2 = "b"
