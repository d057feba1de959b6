"""Real logs, damaged in every way that disks, crashes and people have, and what curveread makes of them."""
