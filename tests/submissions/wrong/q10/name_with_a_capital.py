# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="q10"
Q10 = "c"
