"""What may lie behind findings: the catalog, the signs, the engine, and the trained samples."""
