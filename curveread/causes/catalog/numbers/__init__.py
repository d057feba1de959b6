"""Precision and scale."""
