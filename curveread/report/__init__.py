"""Shows a diagnosis: one ChartSpec, drawn as a page, a figure or a notebook fragment; Markdown and JSON beside it.

Nothing here computes what happened in a run: what is drawn travels inside the diagnosis.
"""
