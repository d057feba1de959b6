"""Small real trainings with a callback: ``python -m tests.integrations.trainings.<name> ends|dies|waits``.

One that ``dies`` raises in the middle, one that ``waits`` says so and goes on until it is killed.
"""
