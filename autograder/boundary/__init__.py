"""Passes plain data, and nothing else, between a student's process and the trusted one."""
