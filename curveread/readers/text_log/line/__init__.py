"""What one line says: its numbers, the words that name them, and what counts."""
