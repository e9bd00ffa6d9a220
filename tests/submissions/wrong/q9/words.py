# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q9"
q9 = "a and d"
