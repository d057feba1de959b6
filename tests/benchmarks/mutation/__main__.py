"""Draw mutants, try each with the tests that reach it, and print those that no test notices.

``python -m tests.benchmarks.mutation [N] [--seed S] [--jobs J] [--skip K]``. Needs ``cosmic-ray`` and ``coverage``, of
the extra ``test``. What the tests reach is recorded first, which takes some minutes, and kept for the next time.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from tests.benchmarks.mutation.arena import ROOT, Arena, Outcome
from tests.benchmarks.mutation.mutants import Mutant, drawn
from tests.benchmarks.mutation.reach import Reach

PARTS = ("detectors", "discovery", "readers", "readings", "signals")
CACHE = Path(tempfile.gettempdir()) / "curveread-mutation"


def sources() -> list[Path]:
    """Return the files that are mutated, from the root."""
    files = [f for part in PARTS for f in sorted((ROOT / "curveread" / part).rglob("*.py"))]
    return [f.relative_to(ROOT) for f in files if f.name != "__init__.py"]


def tried(mutant: Mutant, reach: Reach, arena: Arena, budget: float) -> Outcome:
    """Run the tests that reach a mutant: those of its own test file first, then the others, until one fails.

    A mutant that they let pass within the budget of test time counts as one that survives.
    """
    tests = reach.of(mutant.path, mutant.line)
    own = [t for t in tests if Path(t.partition("::")[0]).stem.startswith(f"test_{mutant.path.stem}")]
    rest, left = [], budget
    for test in (t for t in tests if t not in set(own)):
        left -= reach.seconds[test]
        if left < 0.0:
            break
        rest.append(test)
    with arena.changed(mutant.path, mutant.mutated):
        outcome = Outcome("passed", "", {})
        for batch in (own, rest):
            if batch and outcome.status == "passed":
                files = list(dict.fromkeys(t.partition("::")[0] for t in batch))
                allowed = 15.0 + 3.0 * sum(reach.seconds[t] for t in batch)
                outcome = arena.run(files, batch, seconds=allowed)
    return outcome


def main(args: Sequence[str] | None = None) -> int:
    """Print the survivors and their share; return 1 where it is above ``--most``."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mutation", description=__doc__.split("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=200, metavar="N", help="mutants to try (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--skip", type=int, default=0, metavar="K", help="leave the first K of the draw out (0)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only those whose file:line holds this")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) - 1), help="at the same time")
    parser.add_argument("--budget", type=float, default=120.0, metavar="S", help="seconds of tests per mutant (120)")
    parser.add_argument("--most", type=float, default=0.1, metavar="SHARE", help="of survivors that is accepted (0.1)")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where the record is kept ({CACHE})")
    told = parser.parse_args(args)

    reach = Reach(told.cache)
    chosen = list(islice(drawn(ROOT, sources(), told.seed), told.skip, told.skip + told.count))
    chosen = [m for m in chosen if told.only in f"{m.path}:{m.line}"]
    arenas: queue.Queue[Arena] = queue.Queue()
    with tempfile.TemporaryDirectory(prefix="curveread-mutants-") as home:
        for n in range(told.jobs):
            (Path(home) / str(n)).mkdir()
            arenas.put(Arena(Path(home) / str(n)))
        first = arenas.get()
        reach.record(first)
        arenas.put(first)

        def attempt(mutant: Mutant) -> tuple[Mutant, Outcome]:
            arena = arenas.get()
            try:
                outcome = tried(mutant, reach, arena, told.budget)
            finally:
                arenas.put(arena)
            print(f"{outcome.status:7} {mutant.path}:{mutant.line} {outcome.by}", file=sys.stderr, flush=True)
            return mutant, outcome

        with ThreadPoolExecutor(told.jobs) as pool:
            outcomes = list(pool.map(attempt, chosen))

    survivors = [m for m, outcome in outcomes if outcome.status == "passed"]
    stopped = sum(outcome.status == "stopped" for _, outcome in outcomes)
    for mutant in survivors:
        print(mutant)
    share = len(survivors) / max(1, len(chosen))
    print(
        f"seed {told.seed}, {len(chosen)} mutants: {len(chosen) - len(survivors)} noticed ({stopped} by the time they "
        f"took), {len(survivors)} survived: {100 * share:.1f} %"
    )
    return int(share > told.most)


if __name__ == "__main__":
    raise SystemExit(main())
