"""A training without a framework, in the context manager."""

from __future__ import annotations

import math
import sys

from curveread.integrations import report_at_end
from tests.integrations.trainings.middle import reached


def main() -> None:
    """Train."""
    with open("loss.csv", "w", buffering=1) as log, report_at_end("loss.csv", "report.html"):
        log.write("step,train_loss\n")
        for step in range(80):
            log.write(f"{step},{1.0 + math.exp(-step / 20):.5f}\n")
            reached(step)
    print("went on", file=sys.stderr)


if __name__ == "__main__":
    main()
