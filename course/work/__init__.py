"""The learner's own notebooks: found, checked as grading would, looked over, kept and handed in.

folder    where they lie, and which of them a name means
reading   one notebook, as data
run       a copy of it on a fresh kernel, the checks from the release
notices   what a learner may not have meant
check     the two together, remembered for `course status`
"""
