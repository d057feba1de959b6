"""From findings to findings: what follows from what, what surrounds an event, what a restart rolled back."""
