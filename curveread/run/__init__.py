"""What a run is: curves, attempts, roles, notes."""
