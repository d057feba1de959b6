"""Learning rate and schedule."""
