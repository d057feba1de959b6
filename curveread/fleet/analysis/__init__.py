"""Rows of a sweep -> what stands over all of them: groups of seeds, what the bad ones share, the best range."""
