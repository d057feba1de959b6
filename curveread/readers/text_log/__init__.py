"""Reader of what trainers print: stdout, stderr and logger files."""

from __future__ import annotations

from curveread.readers.format import Format

_NAMES = "*.log *.txt *.out *.err *.log.* *.txt.* *.out.* *.err.* *.[oe][0-9]*".split()
_PLAIN = ["[!.]" * length for length in range(2, 41)]
"""Names without an extension: ``stdout``, ``train_log``."""

PRINTED = Format(
    "text-log",
    "*.log, *.txt, *.out, nohup.out, stdout with lines such as 'step 100: loss 2.31'",
    "What trainers print: lines that repeat with a counter and named numbers, boxes and tables",
    files=tuple(name + end for name in (*_NAMES, *_PLAIN) for end in ("", ".gz")),
    reader="curveread.readers.text_log.reader:TextLogReader",
    priority=90,
    rank=300,
    printed=True,
    several_runs=True,
)
FORMATS = (PRINTED,)
