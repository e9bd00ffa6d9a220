"""The lesson, practice, further and improve: scripts, and the notebooks made from them."""
