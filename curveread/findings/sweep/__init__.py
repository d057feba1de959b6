"""What a sweep is, as data: a row per run, what was found over all rows, and how it shows itself."""
