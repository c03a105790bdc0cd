"""Its name is no Python name."""
