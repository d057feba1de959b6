"""Other people's objects and frames, made from a run on demand; their packages are imported on use."""
