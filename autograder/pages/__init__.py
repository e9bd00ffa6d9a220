"""Web pages for instructors and students, each one file that loads nothing from elsewhere."""
