# %% [markdown]
# misconception: 
# also: nothing
# score: 1

# %% gap="q5"
q5 = "e"
