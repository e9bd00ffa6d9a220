"""The gradebook of a class: its people, its marks, its late rules, and CSV files of them."""
