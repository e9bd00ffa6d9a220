# %% [markdown]
# road: a product

# %% gap="q7"
import numpy as np

q7 = np.prod([40, 5, 5, 3]) + 40
