"""Warm processes: they import what notebooks import, once, and are forked for each submission."""
