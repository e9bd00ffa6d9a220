"""Between the class folder and a learning management system (Canvas, Moodle, Gradescope)."""
