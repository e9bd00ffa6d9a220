"""Between the class folder and a learning management system (Canvas, Moodle, Gradescope).

What they hand out comes in through `collect`: `archive` (files of zips and folders, as data),
`naming` (who sent a file, by the system's own pattern), `roster` (which student that is), and
`ledger` (what was taken, and when it was handed in).
"""
