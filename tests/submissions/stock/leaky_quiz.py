# Wrong answers that can be read.

# %% gap="q1"
q1 = "a"

# %% gap="q5"
q5 = "abcd"

# %% gap="q6"
q6 = 17
