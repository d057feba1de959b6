"""Stores of trackers: MLflow, trackio, DVCLive."""
