"""The HTML pages: the report, its notebook fragment and the index of several."""
