"""[Diagnosis] -> Comparison: a few runs side by side, each module one question about them."""
