"""The class report, from what a class's folder holds to one web page.

The steps: `material` (reads the folder), `answers` (what was chosen in the quiz), `figures`
(numbers, from plain data), `pseudonyms` (names left out), `charts` (pictures), `page` (the page).
"""
