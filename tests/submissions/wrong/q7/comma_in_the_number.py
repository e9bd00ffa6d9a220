# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q7"
q7 = 3,040
