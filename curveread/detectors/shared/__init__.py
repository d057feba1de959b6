"""What several checks ask of a run: no check itself."""
