"""Plain NumPy and SciPy mathematics on arrays; knows nothing of runs or logs."""
