"""One file per check; the registry finds them by scanning this folder."""
