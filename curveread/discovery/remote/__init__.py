"""Logs behind a URL: listed, chosen by their names, and only then fetched, through fsspec."""
