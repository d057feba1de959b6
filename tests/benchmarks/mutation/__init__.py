"""How many random faults the tests let pass: ``python -m tests.benchmarks.mutation [N] [--seed S] [--jobs J]``."""
