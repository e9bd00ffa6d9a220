# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q4"
q4 == "c"
