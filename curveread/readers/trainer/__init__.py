"""The Hugging Face Trainer's trainer_state.json and what lies beside it."""

from __future__ import annotations

from curveread.readers.format import Format
from curveread.readers.trainer.names import rewritten

STATE = Format(
    "trainer-state",
    "trainer_state.json",
    "The Hugging Face Trainer's state, in the folder of the run or in its newest checkpoint-*",
    files=("*trainer_state*.json", "*log*.json", "*history*.json", "*state*.json"),
    reader="curveread.readers.trainer.reader:TrainerStateReader",
    priority=10,
    rank=10,
    cumulative=True,
    named_by_folder=True,
    renamed=rewritten,
)
FORMATS = (STATE,)
