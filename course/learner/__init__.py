"""The learner's own notebooks: opened, found, checked as grading does, kept and handed in."""
