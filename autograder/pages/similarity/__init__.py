"""Lists pairs of submissions that share more than what everybody was given."""
