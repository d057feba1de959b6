"""Model and optimizer."""
