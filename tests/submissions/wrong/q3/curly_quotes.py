# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q3"
q3 = “a”
