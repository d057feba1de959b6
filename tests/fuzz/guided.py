"""``python -m tests.fuzz --atheris`` in one format: libFuzzer looks for bytes that reach code that none reached."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["curveread"]):
    from tests.fuzz.judging import Judge, Seed
    from tests.fuzz.records import framed, payloads_of
    from tests.fuzz.shapes import shaped
    from tests.fuzz.worker import alarmed, in_memory
    from tests.fuzz.writers import WRITERS, rows_of

_LONGEST = 4096
_TELL = 500


class Target:
    """Judges what libFuzzer makes of a log.

    Parameters
    ----------
    seed
        The log.
    """

    def __init__(self, seed: Seed) -> None:
        self.judge, self.count, self.told, self.begun = Judge(seed), 0, set[str](), time.process_time()

    def __call__(self, data: bytes) -> None:
        """Judge some bytes; a fault is told once, and the search goes on."""
        seed = self.judge.seed
        self.count += 1
        if seed.writer.name == "event file" and len(data) % 2:
            data = b"".join(framed(payload) for payload in payloads_of(data))  # else checksums stop what is changed
        for fault in alarmed(f"{seed.writer.name} guided", partial(self.judge.judged, "guided", data)):
            if fault.where not in self.told:
                self.told.add(fault.where)
                told = {"unit": WRITERS.index(seed.writer), "format": seed.writer.name, "damage": "guided",
                        "file": seed.path.name, "kind": fault.kind, "where": fault.where,
                        "detail": fault.detail[-3000:], "hex": data.hex()}  # fmt: skip
                print(json.dumps(told), flush=True)
        if self.count % _TELL == 0:
            now = time.process_time()
            done = {"done": -1, "format": seed.writer.name, "tried": {"guided": _TELL}, "seconds": now - self.begun}
            self.begun = now
            print(json.dumps(done), flush=True)


def main(name: str, seconds: int) -> None:
    """Search in one format; what is told goes to standard output, libFuzzer's own lines to standard error."""
    writer = next(w for w in WRITERS if w.name == name)
    rng = random.Random(name)
    folder = Path(tempfile.mkdtemp(dir=in_memory()))
    (folder / "run").mkdir()
    (folder / "corpus").mkdir()
    seed = Seed.of(writer, folder / "run", writer.write(folder / "run", rows_of(rng, 5)))
    for i in range(40):
        data = shaped(name, seed.data, rng) if i else seed.data
        if len(data) <= _LONGEST:
            (folder / "corpus" / str(i)).write_bytes(data)
    options = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-rss_limit_mb=4096", "-timeout=900"]
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], Target(seed))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
