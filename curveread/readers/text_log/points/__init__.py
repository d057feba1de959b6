"""From records to points: which lines count, on which axis, and where a training ends."""
