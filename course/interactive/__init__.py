"""What a notebook shows and asks: predictions, differences, the shapes table, experiments."""
