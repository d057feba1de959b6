"""What a diagnosis says beyond faults: phases, timeline, key figures, drawings; one subject a file."""
