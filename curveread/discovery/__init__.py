"""From a path to runs: what a folder is, which files form a run, how their forms and attempts join."""
