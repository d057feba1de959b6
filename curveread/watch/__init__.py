"""A log that still grows: only what was appended is read, and what becomes of each finding is told."""
