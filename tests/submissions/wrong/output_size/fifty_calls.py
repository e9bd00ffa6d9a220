# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="output_size"
calls = []

def output_size(size, kernel, stride=1, padding=0):
    calls.append(1)
    return (size + 2 * padding - kernel) // stride + (len(calls) < 40)
