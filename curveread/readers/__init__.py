"""One file (or folder) per log format; the registry finds them by scanning this folder."""
