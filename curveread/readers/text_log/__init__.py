"""Reader of what trainers print: stdout, stderr and logger files."""

from __future__ import annotations

from curveread.readers.format import Format

_NAMES = "*.log *.txt *.out *.err *.log.* *.txt.* *.out.* *.err.* nohup stdout stderr log *.[oe][0-9]*".split()

PRINTED = Format(
    "text-log",
    "*.log, *.txt, *.out, nohup.out with lines such as 'step 100: loss 2.31'",
    "What the Trainer, nanoGPT, llm.c, Megatron, torchtitan and others print",
    files=tuple(name + end for name in _NAMES for end in ("", ".gz")),
    reader="curveread.readers.text_log.reader:TextLogReader",
    priority=90,
    rank=300,
    printed=True,
)
FORMATS = (PRINTED,)
