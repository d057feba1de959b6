"""Records of several lines: boxes, tables under their names, tables of splits."""
