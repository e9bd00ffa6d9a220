"""What a class has agreed on: due dates, what lateness costs, and who has more time.

`rules_file` reads it, `price` turns lateness into points, and `late` applies it to a gradebook,
again and again with the same result; `nbgrader_plugin` does so in nbgrader's own autograde.
"""
