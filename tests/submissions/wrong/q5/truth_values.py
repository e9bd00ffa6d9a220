# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q5"
q5 = [False, False, False, False, True, True]
