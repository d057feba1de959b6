"""``curveread mcp``: a server through which agents read runs, over the Model Context Protocol; extra ``mcp``."""
