"""Tables: CSV, JSON lines, Parquet, in wide and in long form, and what all readers of rows share."""
