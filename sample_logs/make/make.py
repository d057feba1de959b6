"""Train the sample runs again: `python sample_logs/make/make.py CASE...` or `--all`.

Needs the extra `samples` of the project. Each case takes one or two minutes at most on one CPU thread. A case's folder
is emptied first; then the training writes its logs into it, and labels.json is written last.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.dont_write_bytecode = True  # this folder holds samples, no caches
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ |= {
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
}
socket.gethostname = lambda: "sample"  # event files carry the machine's name in theirs

import torch  # noqa: E402  (after the number of threads is set)
from labels import Labels  # noqa: E402

SAMPLES = Path(__file__).resolve().parent.parent
SCRIPTS = (
    "tensorboard_runs",
    "wandb_runs",
    "trainer_runs",
    "lightning_runs",
    "policy_runs",
    "optimiser_runs",
    "machine_runs",
    "fit_runs",
    "cadence_runs",
    "ended_runs",
)


def cases() -> dict[str, tuple[Callable[[Path], Labels], str]]:
    """Every case: its training function and the name of its script."""
    found = {}
    for script in SCRIPTS:
        for name, train in importlib.import_module(script).CASES.items():
            found[name] = (train, f"sample_logs/make/{script}.py")
    return found


def make(name: str, train: Callable[[Path], Labels], script: str, out: Path) -> None:
    """Train one case from scratch into `out/name`."""
    folder = (out / name).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began, home = time.monotonic(), Path.cwd()
    os.chdir(folder)  # loggers note the paths they are given: let them be relative
    try:
        labels = train(Path())
    finally:
        os.chdir(home)
    labels.write(folder, script)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{name}: {time.monotonic() - began:.0f} s, {size / 1e3:.0f} kB", flush=True)


def main() -> None:
    """Read the command line and train what it names."""
    known = cases()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="*", metavar="CASE", help=", ".join(known))
    parser.add_argument("--all", action="store_true", help="train every case")
    parser.add_argument("--out", type=Path, default=SAMPLES, help="folder for the cases (default: sample_logs)")
    options = parser.parse_args()
    if unknown := set(options.case) - set(known):
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if not options.case and not options.all:
        parser.error("name a case, or --all")
    torch.set_num_threads(1)
    for name in known if options.all else options.case:
        make(name, *known[name], options.out)


if __name__ == "__main__":
    main()
