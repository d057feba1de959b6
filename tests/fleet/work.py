"""What the workers of the tests are given to do: a unit says itself what becomes of it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def square(unit: object) -> int:
    """Square a number; do what a word asks for."""
    match unit:
        case int():
            return unit * unit
        case "raises":
            raise ValueError("not a number")
        case "exits":
            os._exit(3)
        case "leaves":
            raise SystemExit(1)
        case "hangs":
            time.sleep(600)
        case "spins":
            while True:
                pass
        case _:
            raise AssertionError(unit)
    return 0


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def killed_once(unit: tuple[int, str]) -> int:
    """Have the process killed from outside at the first try at a unit of 7; each try leaves a line."""
    number, journal = unit
    with Path(journal).open("a") as file:
        file.write(f"{number}\n")
    if number == 7 and Path(journal).read_text().split().count("7") == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def unpicklable(unit: int) -> object:
    return (lambda: unit) if unit == 1 else unit


def pid(unit: int) -> int:
    time.sleep(0.01)
    return os.getpid()


def pid_of(unit: tuple[int, float, str]) -> tuple[int, int]:
    """Leave a file that says that a unit was done, and return who did it."""
    number, seconds, folder = unit
    time.sleep(seconds)
    Path(folder, str(number)).touch()
    return number, os.getpid()
