"""Data, labels and the size of the model for them."""
