# %% [markdown]
# road: a function's result

# %% gap="q4"
def best():
    return "c"

q4 = best()
