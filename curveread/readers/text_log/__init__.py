"""Reader of what trainers print: stdout, stderr and logger files."""
