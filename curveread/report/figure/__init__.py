"""The matplotlib figure of a run: PNG, SVG and PDF."""
