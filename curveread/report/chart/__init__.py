"""Diagnosis -> ChartSpec: what a picture of a run shows, as plain data that any renderer can draw."""
