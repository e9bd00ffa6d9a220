"""From what a student handed in to a notebook that is safe to run, as data: no code is run here."""
