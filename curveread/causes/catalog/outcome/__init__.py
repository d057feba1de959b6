"""Outcomes that are their own cause."""
