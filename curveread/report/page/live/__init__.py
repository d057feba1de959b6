"""The charts that can be explored: their data, the scripts that draw them, and the library they stand on."""
