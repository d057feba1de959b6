"""What happens in the middle of a training."""

from __future__ import annotations

import sys
import time
from pathlib import Path

MIDDLE = 40


def reached(step: int) -> None:
    """Die at the middle step, or go on slowly from there, as the command line says."""
    if step < MIDDLE or sys.argv[1] == "ends":
        return
    if sys.argv[1] == "dies":
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    Path("ready").touch()
    time.sleep(0.5)
