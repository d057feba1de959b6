"""Where curveread meets other programs: what they ask of it, and what it hands them."""
