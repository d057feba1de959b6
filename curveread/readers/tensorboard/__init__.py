"""TensorBoard event files: frames, checksums, events, scalars; every floor is NumPy on whole columns."""
