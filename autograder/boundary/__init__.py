"""The boundary between a student's process and the trusted one: only plain data crosses it."""
