"""The learner's own notebooks: opened, found, checked as grading would, kept and handed in."""
