"""What a notebook asks and shows: predictions, comparisons of models, shapes, experiments."""
